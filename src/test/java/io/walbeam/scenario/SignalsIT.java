package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C and SIGTERM: once for an orderly end, twice for an end at once. */
class SignalsIT {
  private static final int LEFT_AT_ONCE = 130;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void theFirstSignalConfirmsWhatWasReadAndLeavesNothingBehind(
      String signal, @TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.start(directory);
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

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSecondSignalLeavesAtOnceAndNothingIsLost(String signal, @TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.start(directory)) {
      try (ChildProcess first = scenario.startProcess(scenario.command().with("stopAt", "now"))) {
        assertThat(first.exitCode(Scenario.DEADLINE)).as(first.errors()).isZero();
      }
      try (ChildProcess pipeline = scenario.startProcess(scenario.command())) {
        scenario.awaitReading(pipeline);
        assumeHears(signal, pipeline);
        // Without its destination the run cannot end in order, so it waits for the second signal.
        scenario.standIn().close();
        scenario.execute(INSERT.formatted(1));
        send(signal, pipeline);
        Await.until(
            "the first signal was heard",
            Scenario.DEADLINE,
            () -> pipeline.errors().contains("a second signal leaves at once"));
        assertThat(pipeline.isAlive()).isTrue();

        send(signal, pipeline);

        assertThat(pipeline.exitCode(Scenario.DEADLINE)).isEqualTo(LEFT_AT_ONCE);
      }
      scenario.standIn().killAndRestart();
      try (ChildProcess last = scenario.startProcess(scenario.command().with("stopAt", "now"))) {
        assertThat(last.exitCode(Scenario.DEADLINE)).as(last.errors()).isZero();
      }
      assertThat(scenario.destination().rows("public_customers")).hasSize(1);
    }
  }

  @Test
  void aSignalBeforeAnythingIsReadEndsTheRunWell(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.start(directory)) {
      scenario.source().close();
      try (ChildProcess pipeline = scenario.startProcess(scenario.command())) {
        Await.until(
            "the start waits",
            Scenario.DEADLINE,
            () -> pipeline.errors().contains("The start waits: Nothing accepts connections"));

        send("TERM", pipeline);

        assertThat(pipeline.exitCode(Scenario.DEADLINE)).isZero();
      }
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
