package io.walbeam.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalbeamLocalTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "--help", "local --help", "demo --help"})
  void withoutArgumentsOrAskedForHelpItExplainsItself(String line) {
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      WalbeamLocal.main(line.isEmpty() ? new String[0] : line.split(" ", -1));
    } finally {
      System.setOut(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("local [options]", "demo [options]", "--port=PORT", "--data=FILE");
  }
}
