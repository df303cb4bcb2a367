package io.walbeam.sink.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Retry;
import io.walbeam.failure.ScriptedPauses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void anOutageIsSaidWithinTenSecondsWhetherItFailsOrHangs() throws Exception {
    List<Duration> told = new ArrayList<>();
    ScriptedPauses pauses = new ScriptedPauses();
    long begin = pauses.nanoTime();
    Retry retry =
        new Retry(
            Pace.PRODUCTION.retry(),
            pauses,
            (reason, person) -> {
              told.add(Duration.ofNanos(pauses.nanoTime() - begin));
              return Retry.Shown.NONE;
            });
    assertThat(retry.untilStall()).isLessThan(SOON);
    while (told.isEmpty()) {
      assertThat(retry.pause(FailureKind.TRANSIENT, "away")).isTrue();
    }
    assertThat(told.get(0)).isLessThan(SOON);
  }

  @Test
  void aConnectionThatDoesNotAnswerIsReplacedWithinHalfAMinute() {
    assertThat(Pace.PRODUCTION.responseDeadline()).isLessThanOrEqualTo(Duration.ofSeconds(30));
  }
}
