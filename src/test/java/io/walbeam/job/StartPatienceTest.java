package io.walbeam.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.ScriptedPauses;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StartPatienceTest {
  private final ScriptedPauses pauses = new ScriptedPauses();
  private final AtomicInteger attempts = new AtomicInteger();

  @Test
  void whatPassesByItselfIsTriedUntilItSucceeds() throws Exception {
    patience(300)
        .await(
            () -> {
              if (attempts.incrementAndGet() < 20) {
                throw failure(FailureKind.TRANSIENT);
              }
            });

    assertThat(attempts).hasValue(20);
    assertThat(pauses.passed()).isLessThan(Duration.ofMinutes(5));
  }

  @Test
  void whatHasNotPassedByTheEndOfThePatienceEndsTheStartAsSomethingThatMayBeTriedAgain() {
    assertThatThrownBy(() -> patience(300).await(() -> fail(FailureKind.TRANSIENT)))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> assertThat(e.kind().exitCode()).isEqualTo(FailureKind.TRANSIENT.exitCode()));

    assertThat(pauses.passed()).isEqualTo(Duration.ofMinutes(5));
    assertThat(attempts).hasValueGreaterThan(50).hasValueLessThan(150);
  }

  @Test
  void whatAPersonMustMendEndsTheStartAtOnce() {
    for (FailureKind kind : FailureKind.values()) {
      if (kind != FailureKind.TRANSIENT) {
        assertThatThrownBy(() -> patience(300).await(() -> fail(kind)))
            .isInstanceOf(WalbeamException.class);
      }
    }

    assertThat(attempts).hasValue(FailureKind.values().length - 1);
    assertThat(pauses.passed()).isZero();
  }

  @Test
  void withoutPatienceThereIsOneAttempt() {
    assertThatThrownBy(() -> patience(0).await(() -> fail(FailureKind.TRANSIENT)))
        .isInstanceOf(WalbeamException.class);

    assertThat(attempts).hasValue(1);
  }

  private StartPatience patience(long seconds) {
    return new StartPatience(Duration.ofSeconds(seconds), pauses);
  }

  private void fail(FailureKind kind) {
    attempts.incrementAndGet();
    throw failure(kind);
  }

  private static WalbeamException failure(FailureKind kind) {
    return new WalbeamException(kind, "It failed.", "Wait.");
  }
}
