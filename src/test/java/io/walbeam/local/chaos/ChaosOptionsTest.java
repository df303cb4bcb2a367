package io.walbeam.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChaosOptionsTest {
  @Test
  void theCommandThatIsPrintedRepeatsTheRun() {
    ChaosOptions options =
        ChaosOptions.parse(
            List.of(
                "--minutes=3",
                "--seed=9",
                "--faults=5",
                "--quiet=30",
                "--burst=8",
                "--runner=flink"));

    assertThat(options)
        .isEqualTo(
            new ChaosOptions(
                Duration.ofMinutes(3),
                5,
                9,
                200,
                Duration.ofSeconds(30),
                8,
                ChaosOptions.Runner.FLINK));
    List<String> words = Arrays.asList(options.command().split(" "));
    assertThat(ChaosOptions.parse(words.subList(1, words.size()))).isEqualTo(options);
  }

  @Test
  void whatIsNoOptionIsNamed() {
    assertThatThrownBy(() -> ChaosOptions.parse(List.of("--colour=1")))
        .hasMessageContaining("--colour");
    assertThatThrownBy(() -> ChaosOptions.parse(List.of("--seed=x")))
        .hasMessageContaining("--seed=x");
    assertThatThrownBy(() -> ChaosOptions.parse(List.of("--runner=spark")))
        .hasMessageContaining("--runner=spark");
  }
}
