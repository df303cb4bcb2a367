package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Shutdown;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShutdownWatchTest {
  private final ShutdownWatch watch = new ShutdownWatch();

  @Test
  void aServerThatRunsOnIsNeverLeft() {
    assertGoesOn(Shutdown.NONE, 100, 50, 0);
    assertGoesOn(Shutdown.NONE, 100, 50, 3_600);
  }

  @Test
  void aServerThatHasEndedItsSessionsIsLetGoAtOnce() {
    assertHangsUp(Shutdown.FAST, 100, 100, 0);
  }

  @Test
  void aStreamThatIsConfirmedStaysWhileOthersEndTheirWork() {
    assertGoesOn(Shutdown.SMART, 100, 100, 0);
    assertGoesOn(Shutdown.SMART, 100, 100, 3_600);
    assertGoesOn(Shutdown.SMART, 200, 100, 3_605);
    assertGoesOn(Shutdown.SMART, 200, 150, 3_612);
    assertGoesOn(Shutdown.SMART, 200, 200, 3_620);
  }

  @Test
  void whatCannotBeConfirmedDoesNotHoldASmartShutdown() {
    assertGoesOn(Shutdown.SMART, 100, 50, 0);
    assertGoesOn(Shutdown.SMART, 100, 50, 9);
    assertHangsUp(Shutdown.SMART, 100, 50, 10);
  }

  @Test
  void aShutdownThatWasCalledOffIsForgotten() {
    assertGoesOn(Shutdown.SMART, 100, 50, 0);
    assertGoesOn(Shutdown.NONE, 100, 50, 9);
    assertGoesOn(Shutdown.SMART, 100, 50, 11);
    assertGoesOn(Shutdown.SMART, 100, 50, 20);
  }

  private void assertGoesOn(Shutdown shutdown, long received, long reported, long seconds) {
    assertThatCode(() -> check(shutdown, received, reported, seconds)).doesNotThrowAnyException();
  }

  private void assertHangsUp(Shutdown shutdown, long received, long reported, long seconds) {
    assertThatThrownBy(() -> check(shutdown, received, reported, seconds))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("shuts down");
  }

  private void check(Shutdown shutdown, long received, long reported, long seconds) {
    watch.check(shutdown, received, reported, TimeUnit.SECONDS.toNanos(seconds));
  }
}
