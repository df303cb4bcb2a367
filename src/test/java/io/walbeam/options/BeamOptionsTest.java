package io.walbeam.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class BeamOptionsTest {
  @Test
  void optionsOfEveryRunnerOnTheClassPathHaveNames() {
    assertThat(BeamOptions.names())
        .contains("runner", "targetParallelism", "workerMachineType", "gcpTempLocation");
  }

  @Test
  void optionsOfARunnerAreParsedOnceOneIsGiven() {
    BeamOptions.registerFor(List.of("workerMachineType"));
    assertThat(
            PipelineOptionsFactory.fromArgs("--workerMachineType=n2-standard-2")
                .as(DataflowPipelineOptions.class)
                .getWorkerMachineType())
        .isEqualTo("n2-standard-2");
  }

  @Test
  void optionsThatNobodyRegisteredHaveTheirDefaults() {
    BeamOptions.registerFor(List.of());
    assertThat(PipelineOptionsFactory.create().as(DirectOptions.class).isBlockOnRun()).isTrue();
  }
}
