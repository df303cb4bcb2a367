package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.WorkloadRunner;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopAtNowIT {
  private static final int CHANGES_PER_SECOND = 300;

  @Test
  void aRunEndsAlthoughRowsGoOnChangingAndHoldsWhatWasCommittedBefore(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.start(directory)) {
      PipelineCommand stopAtNow = scenario.command().with("stopAt", "now");
      assertEnds(scenario, stopAtNow);
      try (WorkloadRunner workload =
          WorkloadRunner.start(
              scenario.ends().source(),
              ShopSchema.DATABASE,
              new ShopWorkload(3),
              CHANGES_PER_SECOND)) {
        Await.until("rows change", Scenario.DEADLINE, () -> workload.transactions() > 100);
        Lsn before = scenario.ends().slot().serverPosition();
        assertEnds(scenario, stopAtNow);
        scenario.assertConfirmedTo(before);
        scenario.assertSlotNotAheadOfState();
      }
      scenario.finishAndCompare();
    }
  }

  @Test
  void anIdleSlotAdvancesWithoutAnyChangeInItsDatabase(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.start(directory);
        ChildProcess pipeline = scenario.start(scenario.command())) {
      scenario.awaitReading(pipeline);
      scenario
          .ends()
          .source()
          .execute(
              "postgres",
              "CREATE TABLE elsewhere AS SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n");
      scenario.awaitConfirmation(pipeline);
      scenario.assertSlotNotAheadOfState();
    }
  }

  @Test
  void aTerminatedRunEndsInOrderAndAnotherGoesOn(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.start(directory);
        ChildProcess pipeline = scenario.start(scenario.command())) {
      scenario.awaitReading(pipeline);
      try (WorkloadRunner workload =
          WorkloadRunner.start(
              scenario.ends().source(),
              ShopSchema.DATABASE,
              new ShopWorkload(4),
              CHANGES_PER_SECOND)) {
        Await.until("rows change", Scenario.DEADLINE, () -> workload.transactions() > 300);
        pipeline.terminate();
        assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isZero();
      }
      scenario.finishAndCompare();
    }
  }

  private static void assertEnds(Scenario scenario, PipelineCommand command) throws Exception {
    try (ChildProcess run = scenario.start(command)) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as("it said: %s", run.errors()).isZero();
    }
  }
}
