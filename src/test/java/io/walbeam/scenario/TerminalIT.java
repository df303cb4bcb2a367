package io.walbeam.scenario;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person looks on: the program runs in a pseudo-terminal. */
class TerminalIT {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  /** To the start of the line, and empty it. */
  private static final String CLEAR = "\r\u001b[K";

  @Test
  void oneLineIsWrittenAgainAndTakenAwayAtTheEnd(@TempDir Path directory) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(SCRIPT), "util-linux is not installed");
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "terminal");
        ChildProcess terminal = start(scenario.command(), directory)) {
      Await.until(
          "the line was written again",
          Scenario.DEADLINE,
          () -> {
            scenario.assertRunning(terminal);
            String shown = terminal.output();
            return shown.contains("dead letters 0")
                && shown.indexOf(CLEAR) < shown.lastIndexOf(CLEAR);
          });
      assertThat(terminal.output()).contains(CLEAR + "0 changes, 0/s, lag ");
      ProcessHandle.of(terminal.pid())
          .orElseThrow()
          .descendants()
          .filter(process -> process.children().findAny().isEmpty())
          .forEach(ProcessHandle::destroy);
      assertThat(terminal.exitCode(Scenario.DEADLINE)).as(terminal.output()).isZero();
      String shown = terminal.output();
      assertThat(shown.substring(shown.lastIndexOf(CLEAR)))
          .as("after the line was taken away")
          .doesNotContain("lag ")
          .contains("confirmed to slot");
    }
  }

  private static ChildProcess start(PipelineCommand command, Path directory) throws Exception {
    String quoted =
        Arrays.stream(command.describe().split(" ", -1))
            .map(argument -> "'" + argument + "'")
            .collect(joining(" "));
    TreeMap<String, String> environment = new TreeMap<>(command.environment());
    environment.put("TERM", "xterm");
    return ChildProcess.start(
        "terminal",
        directory,
        List.of(SCRIPT.toString(), "-q", "-e", "-c", "exec " + quoted, "/dev/null"),
        environment);
  }
}
