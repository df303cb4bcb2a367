package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts are given to the shells themselves. */
class ShellCompletionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "walbeam back | backfill",
        "walbeam run --snapshotU | --snapshotUrl=",
        "walbeam --postgresP | --postgresPassword=",
        "walbeam backfill --keyF | --keyFrom=",
        "walbeam run --keyF | ''",
        "walbeam run --snapshot = i | initial",
        "walbeam run --publishNewTables = | off on",
        "walbeam completion z | zsh",
        "walbeam --debug --qui | --quiet",
      })
  void bashCompletesCommandsOptionsAndValues(String line, String expected) throws Exception {
    String[] words = line.split(" ", -1);
    String script =
        ShellCompletion.script(List.of("bash"))
            + "COMP_WORDS=("
            + Arrays.stream(words).reduce("", (all, word) -> all + " '" + word + "'")
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; _walbeam; printf '%s\\n' \"${COMPREPLY[@]}\"";
    TreeSet<String> replies = new TreeSet<>(run("bash", "-c", script).lines().toList());
    replies.remove("");
    assertThat(String.join(" ", replies)).isEqualTo(expected);
  }

  @Test
  void zshReadsItsScript() throws Exception {
    Assumptions.assumeTrue(isThere("zsh"), "zsh is not installed");
    String answers =
        ShellCompletion.script(List.of("zsh")).replace("compdef _walbeam walbeam", "")
            + """
            compadd() { shift $(( ${@[(i)--]} )); print -r -- "$@"; }
            compset() { true; }
            words=(walbeam run --snapshot=) CURRENT=3 _walbeam
            words=(walbeam comp) CURRENT=2 _walbeam
            words=(walbeam backfill --k) CURRENT=3 _walbeam
            """;
    assertThat(run("zsh", "-f", "-c", answers))
        .contains(
            "initial never only", "run check status backfill remove completion", "--keyFrom=");
  }

  private static boolean isThere(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "-f", "-c", "exit 0").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
