package io.walbeam.scenario;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectRunnerMatrixIT {
  @ParameterizedTest
  @ValueSource(strings = {"1", "4"})
  void everyRunEndsWithEqualTablesAndAConfirmedSlot(String parallelism) throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "matrix_" + parallelism)) {
      RunnerMatrix.everyRunEndsWithEqualTablesAndAConfirmedSlot(
          scenario, scenario.command().with("targetParallelism", parallelism));
    }
  }
}
