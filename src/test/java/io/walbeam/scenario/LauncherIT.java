package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code scripts/walbeam} with the program that the build has left. */
class LauncherIT {
  private static final Path BUILD =
      Path.of(System.getProperty("walbeam.build.directory", "target")).toAbsolutePath();

  private record Ended(int exitCode, String output) {}

  private static Ended run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of("scripts", "walbeam").toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(BUILD.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  @Test
  void itStartsFromAnArchiveItMadeItselfAndSaysNothingOfItsOwn() throws Exception {
    Files.deleteIfExists(BUILD.resolve("walbeam.jsa"));
    for (int i = 0; i < 2; i++) {
      Ended help = run("--help");
      assertThat(help.exitCode()).as(help.output()).isZero();
      assertThat(help.output()).startsWith("Usage:").doesNotContain("[cds", "[warning]");
      assertThat(BUILD.resolve("walbeam.jsa")).exists();
    }
    Ended wrong = run("run", "--stopAt=now", "--dataset=no dataset");
    assertThat(wrong.exitCode()).as("the program's own exit code").isEqualTo(2);
    assertThat(wrong.output()).contains("--postgresUrl is missing").doesNotContain("[warning]");
  }
}
