package io.walbeam.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorClassTest {
  private static final String HEADING = "## Error classes";

  private static List<String> section() throws Exception {
    List<String> lines = Files.readAllLines(Path.of("docs", "tables.md"));
    int begin = lines.indexOf(HEADING);
    assertThat(begin).as(HEADING).isNotNegative();
    List<String> rest = lines.subList(begin + 1, lines.size());
    int end = 0;
    while (end < rest.size() && !rest.get(end).startsWith("## ")) {
      end++;
    }
    return rest.subList(0, end);
  }

  @Test
  void theDocumentListsExactlyTheClassesThatThereAre() throws Exception {
    List<String> rows = section().stream().filter(line -> line.startsWith("| `")).toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(ErrorClass.values())
                .map(
                    known ->
                        "| `"
                            + known.label()
                            + "` | "
                            + known.seen().text()
                            + " | "
                            + known.meaning()
                            + " |")
                .toList());
  }

  @Test
  void theDocumentNamesEveryStage() throws Exception {
    String text = String.join("\n", section());
    for (Stage stage : Stage.values()) {
      assertThat(text).contains("`" + stage.label() + "`");
    }
  }

  @Test
  void labelsAreLowerCaseWords() {
    for (ErrorClass known : ErrorClass.values()) {
      assertThat(known.label()).matches("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    }
  }

  @Test
  void aRefusalWithoutARemedyEndsWithItsMessage() {
    assertThat(new Refusal(Stage.APPEND, ErrorClass.ROWS_REFUSED, "Bad.", "").describe())
        .isEqualTo("Bad.");
    assertThat(new Refusal(Stage.APPEND, ErrorClass.ROWS_REFUSED, "Bad.", "Do.").describe())
        .isEqualTo("Bad. Do.");
  }
}
