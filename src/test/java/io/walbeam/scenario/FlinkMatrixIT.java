package io.walbeam.scenario;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scenario of {@link DirectRunnerMatrixIT} on Flink; in a build with {@code -Pflink} only. */
class FlinkMatrixIT {
  @Test
  void everyRunEndsWithEqualTablesAndAConfirmedSlotOnOneWorker(@TempDir Path directory)
      throws Exception {
    run(directory, 1, 1);
  }

  @Test
  void everyRunEndsWithEqualTablesAndAConfirmedSlotOnTwoWorkersWithTwoSlots(@TempDir Path directory)
      throws Exception {
    run(directory, 2, 4);
  }

  private static void run(Path directory, int taskManagers, int parallelism) throws Exception {
    try (FlinkScenario flink =
        FlinkScenario.start(directory, taskManagers, FlinkScenario.PATIENT)) {
      RunnerMatrix.everyRunEndsWithEqualTablesAndAConfirmedSlot(
          flink.scenario(), flink.command(parallelism));
    }
  }
}
