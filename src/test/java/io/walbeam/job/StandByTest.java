package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.ScriptedPauses;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StandByTest {
  private final ScriptedPauses pauses = new ScriptedPauses();

  @Test
  void aRunThatLostItsSlotWaitsAsLongAsTheNewerOneReads() throws Exception {
    new StandBy("s", pauses).await(() -> pauses.passed().compareTo(Duration.ofDays(3)) < 0);

    assertThat(pauses.passed()).isBetween(Duration.ofDays(3), Duration.ofDays(3).plusMinutes(1));
  }

  @Test
  void aNewerRunThatIsStartedAgainKeepsTheSlot() throws Exception {
    AtomicInteger looks = new AtomicInteger();

    new StandBy("s", pauses)
        .await(() -> looks.incrementAndGet() % 4 == 0 && pauses.passed().toHours() == 0);

    assertThat(pauses.passed()).isGreaterThan(Duration.ofMinutes(59));
  }

  @Test
  void aServerThatCannotBeReachedSaysNothingAboutTheNewerRun() throws Exception {
    new StandBy("s", pauses)
        .await(
            () -> {
              if (pauses.passed().toHours() < 2) {
                throw new WalbeamException(FailureKind.TRANSIENT, "Away.", "Wait.");
              }
              return false;
            });

    assertThat(pauses.passed()).isGreaterThanOrEqualTo(Duration.ofHours(2));
  }

  @Test
  void aServerThatRefusesToBeAskedEndsTheWait() {
    assertThatThrownBy(
            () ->
                new StandBy("s", pauses)
                    .await(
                        () -> {
                          throw new WalbeamException(FailureKind.OPERATOR, "No.", "Mend.");
                        }))
        .isInstanceOf(WalbeamException.class);
  }
}
