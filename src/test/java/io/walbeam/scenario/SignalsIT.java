package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C and SIGTERM: once for an orderly end, twice for an end at once. */
class SignalsIT {
  private static final int LEFT_AT_ONCE = 130;

  private static Servers servers;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    servers = Servers.processes(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void theFirstSignalConfirmsWhatWasReadAndLeavesNothingBehind(String signal) throws Exception {
    try (Scenario scenario = Scenario.shop(servers, "first_" + signal.toLowerCase(Locale.ROOT));
        ChildProcess pipeline = scenario.startProcess(scenario.command())) {
      scenario.awaitReading(pipeline);
      assumeHears(signal, pipeline);
      scenario.execute(INSERT.formatted(1));
      scenario.awaitConfirmation(pipeline);
      scenario.execute(INSERT.formatted(2));
      Lsn before = scenario.slot().confirmed().orElseThrow();

      send(signal, pipeline);

      assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isZero();
      assertThat(pipeline.output()).contains("confirmed to slot");
      assertThat(scenario.slot().confirmed().orElseThrow()).isGreaterThanOrEqualTo(before);
      scenario.assertSlotNotAheadOfState();
      Await.until(
          "no connection of ours is left",
          Scenario.DEADLINE,
          () ->
              scenario
                  .query(
                      "SELECT count(*) FROM pg_stat_activity"
                          + " WHERE application_name LIKE 'walbeam%'"
                          + " AND application_name <> 'walbeam-demo'")
                  .orElseThrow()
                  .equals("0"));
    }
  }

  @Test
  void aSecondSignalLeavesAtOnceAndNothingIsLost() throws Exception {
    try (Scenario scenario = Scenario.shop(servers, "second")) {
      try (ChildProcess pipeline = scenario.startProcess(scenario.command())) {
        scenario.awaitReading(pipeline);
        scenario.execute(INSERT.formatted(1));
        scenario.awaitConfirmation(pipeline);
        // Without its destination the run cannot end in order, so it waits for the second signal.
        scenario.standIn().kill();
        scenario.execute(INSERT.formatted(2));
        send("TERM", pipeline);
        Await.until(
            "the first signal was heard",
            Scenario.DEADLINE,
            () -> pipeline.errors().contains("a second signal leaves at once"));
        assertThat(pipeline.isAlive()).isTrue();

        // One that comes at once with the first is not the second.
        Await.until(
            "a second signal was heard",
            Scenario.DEADLINE,
            () -> {
              new ProcessBuilder("kill", Long.toString(pipeline.pid())).start().waitFor();
              return !pipeline.isAlive();
            });

        assertThat(pipeline.exitCode(Scenario.DEADLINE)).isEqualTo(LEFT_AT_ONCE);
      } finally {
        scenario.standIn().restart();
      }
      scenario.runToNow();
      assertThat(scenario.destination().rows("public_customers")).hasSize(2);
    }
  }

  @Test
  void signalsThatComeTogetherAskForOneOrderlyEnd() throws Exception {
    try (Scenario scenario = Scenario.shop(servers, "together");
        ChildProcess pipeline = scenario.startProcess(scenario.command())) {
      scenario.awaitReading(pipeline);
      scenario.execute(INSERT.formatted(1));

      String pid = Long.toString(pipeline.pid());
      int exitCode =
          new ProcessBuilder("sh", "-c", "kill -TERM " + pid + "; kill -INT " + pid)
              .start()
              .waitFor();

      assertThat(exitCode).isZero();
      assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isZero();
      scenario.assertSlotNotAheadOfState();
    }
  }

  @Test
  void aSignalBeforeAnythingIsReadEndsTheRunWell() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "nothing");
        ChildProcess pipeline =
            scenario.startProcess(
                scenario.command().with("postgresUrl", "postgresql://127.0.0.1:1/nothing"))) {
      Await.until(
          "the start waits",
          Scenario.DEADLINE,
          () -> pipeline.errors().contains("The start waits: Nothing accepts connections"));

      send("TERM", pipeline);

      assertThat(pipeline.exitCode(Scenario.DEADLINE)).isZero();
    }
  }

  private static final String INSERT = "INSERT INTO customers (id, name) VALUES (%d, 'someone')";

  /** A parent that runs in the background may have made its children deaf for Ctrl-C. */
  private static void assumeHears(String signal, ChildProcess process) throws Exception {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (signal.equals("INT") && Files.exists(status)) {
      String ignored =
          Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("SigIgn:"))
              .findFirst()
              .orElseThrow();
      long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).trim(), 16);
      Assumptions.assumeTrue((mask & (1L << 1)) == 0, "SIGINT is ignored in this environment");
    }
  }

  private static void send(String signal, ChildProcess process) throws Exception {
    int exitCode =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    assertThat(exitCode).isZero();
  }
}
