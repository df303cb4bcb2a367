package io.walbeam.scenario;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectRunnerMatrixIT {
  @ParameterizedTest
  @ValueSource(strings = {"1", "4"})
  void everyRunEndsWithEqualTablesAndAConfirmedSlot(String parallelism, @TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.start(directory)) {
      RunnerMatrix.everyRunEndsWithEqualTablesAndAConfirmedSlot(
          scenario, scenario.command().with("targetParallelism", parallelism));
    }
  }
}
