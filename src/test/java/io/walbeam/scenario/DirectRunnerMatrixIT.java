package io.walbeam.scenario;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectRunnerMatrixIT {
  @Test
  void everyRunEndsWithEqualTablesAndAConfirmedSlot(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.start(directory)) {
      RunnerMatrix.everyRunEndsWithEqualTablesAndAConfirmedSlot(scenario, scenario.command());
    }
  }
}
