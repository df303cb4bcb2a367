package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.WorkloadRunner;

/** What every runner must do, whatever its parallelism: one scenario for all of them. */
final class RunnerMatrix {
  private static final int CHANGES_PER_SECOND = 300;

  private RunnerMatrix() {}

  /**
   * Runs to the position of the start, under load; then to the end of the log, past the truncation
   * of a table; then once more with nothing to do.
   *
   * @param command for the runner in question
   */
  static void everyRunEndsWithEqualTablesAndAConfirmedSlot(
      Scenario scenario, PipelineCommand command) throws Exception {
    PipelineCommand stopAtNow = command.with("stopAt", "now");
    assertEnds(scenario, stopAtNow);
    try (WorkloadRunner workload =
        WorkloadRunner.start(
            scenario.source(), scenario.name(), new ShopWorkload(11), CHANGES_PER_SECOND)) {
      FlinkScenario.awaitTransactions(workload, 100);
      Lsn before = scenario.slot().serverPosition();
      assertEnds(scenario, stopAtNow);
      scenario.assertConfirmedTo(before);
      scenario.assertSlotNotAheadOfState();
    }
    scenario.execute(
        "CREATE TABLE scratch (id int PRIMARY KEY)",
        "INSERT INTO scratch SELECT generate_series(1, 100)",
        "TRUNCATE scratch",
        "INSERT INTO scratch VALUES (101)");
    Lsn end = scenario.slot().serverPosition();
    assertEnds(scenario, stopAtNow);
    scenario.assertConfirmedTo(end);
    scenario.assertSlotNotAheadOfState();
    scenario.assertEqual();
    assertEnds(scenario, stopAtNow);
    scenario.assertEqual();
  }

  private static void assertEnds(Scenario scenario, PipelineCommand command) throws Exception {
    try (Program run = scenario.start(command)) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as("it said: %s", run.errors()).isZero();
    }
  }
}
