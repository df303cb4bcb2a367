package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/walbeam} with the program that the build has left. */
class LauncherIT {
  private static final Path BUILD =
      Path.of(System.getProperty("walbeam.build.directory", "target")).toAbsolutePath();

  private record Ended(int exitCode, String output) {}

  private static Ended run(String... arguments) throws Exception {
    return run(List.of(arguments), Map.of());
  }

  private static Ended run(List<String> arguments, Map<String, String> environment)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of("scripts", "walbeam").toAbsolutePath().toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(BUILD.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  /** The flags of the JVM that it would start. */
  private static String flags(Path java, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of("scripts", "walbeam").toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", java.getParent() + ":", (path, first) -> first + path);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void everythingButARunWithoutAnEndIsStartedForAShortLife(@TempDir Path directory)
      throws Exception {
    Path java = directory.resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    String shortLife = "-XX:TieredStopAtLevel=1";
    for (String command :
        List.of("check", "status", "setup", "remove", "backfill", "--help", "--stopAt=now")) {
      assertThat(flags(java, command, "--dataset=a.b")).as(command).contains(shortLife);
    }
    assertThat(flags(java)).as("it prints the usage").contains(shortLife);
    assertThat(flags(java, "run", "--stopAt=now")).contains(shortLife);
    assertThat(flags(java, "run", "--dataset=a.b")).doesNotContain(shortLife);
    assertThat(flags(java, "--dataset=a.b", "--slot=status")).doesNotContain(shortLife);
  }

  @Test
  void aScheduledRunThatEndsWellLeavesAnArchiveForTheNext() throws Exception {
    Path archive = BUILD.resolve("walbeam-run.jsa");
    Files.deleteIfExists(archive);
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "launched")) {
      PipelineCommand command = scenario.command().with("stopAt", "now");
      Ended refused = run(command.with("tables", "public.none").arguments(), command.environment());
      assertThat(refused.exitCode()).as(refused.output()).isEqualTo(2);
      assertThat(archive).doesNotExist();
      for (int i = 0; i < 2; i++) {
        Ended ended = run(command.arguments(), command.environment());
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("Everything read is written").doesNotContain("[cds");
        assertThat(archive).exists();
      }
      try (Stream<Path> files = Files.list(BUILD)) {
        assertThat(files.filter(file -> file.getFileName().toString().contains(".jsa.")))
            .as("half an archive")
            .isEmpty();
      }
    }
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
