package io.walbeam.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void textStandsToTheLeftAndNumbersToTheRight() {
    assertThat(
            printed(
                new TextTable()
                    .row(List.of("name", "rows", ""))
                    .row(List.of("a", "1,000", "equal"))
                    .row(List.of("longer", "7", "equal"))))
        .isEqualTo(
            """
            > name     rows
            > a       1,000  equal
            > longer      7  equal
            """);
  }

  @Test
  void aLongCellIsCutAndStaysOnItsLine() {
    assertThat(printed(new TextTable().row(List.of("first\nsecond " + "x".repeat(100), "end"))))
        .isEqualTo("> first second xxxxxxxxxxxxxxxxxxxx…  end\n");
  }

  private static String printed(TextTable table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    table.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), "> ");
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
