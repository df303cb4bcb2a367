package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.WorkloadRunner;
import org.junit.jupiter.api.Test;

class StopAtNowIT {
  private static final int CHANGES_PER_SECOND = 300;

  @Test
  void aRunEndsAlthoughRowsGoOnChangingAndHoldsWhatWasCommittedBefore() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "changing")) {
      PipelineCommand stopAtNow = scenario.command().with("stopAt", "now");
      assertEnds(scenario, stopAtNow);
      try (WorkloadRunner workload =
          WorkloadRunner.start(
              scenario.source(), scenario.name(), new ShopWorkload(3), CHANGES_PER_SECOND)) {
        Await.until("rows change", Scenario.DEADLINE, () -> workload.transactions() > 100);
        Lsn before = scenario.slot().serverPosition();
        assertEnds(scenario, stopAtNow);
        scenario.assertConfirmedTo(before);
        scenario.assertSlotNotAheadOfState();
      }
      scenario.finishAndCompare();
    }
  }

  @Test
  void anIdleSlotAdvancesWithoutAnyChangeInItsDatabase() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "idle");
        Program pipeline = scenario.start(scenario.command())) {
      scenario.awaitReading(pipeline);
      scenario
          .source()
          .execute(
              "postgres",
              "CREATE TABLE elsewhere AS SELECT n, repeat('x', 200) FROM generate_series(1, 20000)"
                  + " n");
      scenario.awaitConfirmation(pipeline);
      scenario.assertSlotNotAheadOfState();
    }
  }

  @Test
  void aTerminatedRunEndsInOrderAndAnotherGoesOn() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "ended");
        Program pipeline = scenario.start(scenario.command())) {
      scenario.awaitReading(pipeline);
      try (WorkloadRunner workload =
          WorkloadRunner.start(
              scenario.source(), scenario.name(), new ShopWorkload(4), CHANGES_PER_SECOND)) {
        Await.until("rows change", Scenario.DEADLINE, () -> workload.transactions() > 300);
        pipeline.terminate();
        assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isZero();
      }
      scenario.finishAndCompare();
    }
  }

  @Test
  void theLastLineCountsRowsOfDumpsAndTheirDeadLetters() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.on(servers, "counted")) {
      scenario.execute(
          "CREATE TABLE numbers (id int PRIMARY KEY, n numeric)",
          "INSERT INTO numbers VALUES (1, 1), (2, 2), (3, 'NaN')");
      try (Program run = scenario.start(scenario.command().with("stopAt", "now"))) {
        assertThat(run.exitCode(Scenario.DEADLINE)).as("it said: %s", run.errors()).isZero();
        assertThat(run.output()).contains(": 0 changes, 2 dumped rows, 1 dead letters.");
      }
    }
  }

  private static void assertEnds(Scenario scenario, PipelineCommand command) throws Exception {
    try (Program run = scenario.start(command)) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as("it said: %s", run.errors()).isZero();
    }
  }
}
