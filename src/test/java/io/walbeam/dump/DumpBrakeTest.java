package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.Pauses;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class DumpBrakeTest {
  /** A clock that moves only while somebody pauses. */
  private static final class Time implements Pauses {
    long nanos = 1;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public boolean pause(Duration duration) {
      nanos += duration.toNanos();
      return true;
    }
  }

  private final Time time = new Time();

  /** The stream's delay by the milliseconds that have passed, milliseconds. */
  private LongUnaryOperator delay = passed -> 0;

  private final DumpBrake brake =
      new DumpBrake(() -> 1_000 * delay.applyAsLong(time.nanos / 1_000_000), time);

  /** Milliseconds that a dump pauses after so many of work. */
  private long pauseAfter(long millis) throws InterruptedException {
    long before = time.nanos;
    brake.after(Duration.ofMillis(millis).toNanos());
    return (time.nanos - before) / 1_000_000;
  }

  /** Holds dumps back while the stream is as late as {@code millis}. */
  private void measureAt(long millis) throws InterruptedException {
    delay = passed -> Math.max(millis, DumpBrake.UNNOTICED / 1_000 + 1);
    time.nanos += DumpBrake.MEMORY.multipliedBy(2).toNanos();
    long begun = time.nanos / 1_000_000;
    delay = passed -> passed == begun ? 100_000 : millis;
    assertThat(pauseAfter(1)).isEqualTo(DumpBrake.MEASURING.toMillis());
  }

  @Test
  void aDumpBesideAStreamThatNobodyWaitsForIsNotHeldBack() throws Exception {
    delay = passed -> DumpBrake.UNNOTICED / 1_000;
    assertThat(pauseAfter(100)).isZero();
  }

  @Test
  void theFirstThatFindsTheStreamLateLooksHowLateItIsWithoutDumps() throws Exception {
    delay = passed -> passed < 1_500 ? 900 : 40;
    assertThat(pauseAfter(100)).isEqualTo(DumpBrake.MEASURING.toMillis());
  }

  @Test
  void aDumpPausesUntilTheStreamIsNoLongerLate() throws Exception {
    measureAt(40);
    long begun = time.nanos / 1_000_000;
    delay = passed -> passed < begun + 200 ? 900 : 40;
    assertThat(pauseAfter(100)).isEqualTo(200);
  }

  @Test
  void aDumpWorksAFifthOfTheTimeHoweverLateTheStreamStays() throws Exception {
    measureAt(40);
    delay = passed -> 900;
    assertThat(pauseAfter(100)).isEqualTo(400);
  }

  @Test
  void aPauseIsNeverLongerThanTheChunksTransactionMayWait() throws Exception {
    measureAt(40);
    delay = passed -> 900;
    assertThat(pauseAfter(60_000)).isEqualTo(DumpBrake.LONGEST_PAUSE.toMillis());
  }

  @Test
  void aStreamThatIsAsSlowWithoutDumpsHoldsNoneBack() throws Exception {
    measureAt(1_200);
    delay = passed -> 2_000;
    assertThat(pauseAfter(100)).isZero();
    delay = passed -> 2_500;
    assertThat(pauseAfter(100)).isEqualTo(400);
  }

  @Test
  void besideAStreamThatWaitsForSomethingElseADumpWorksHalfOfTheTime() throws Exception {
    measureAt(40);
    delay = passed -> DumpBrake.BEYOND_HELP / 1_000 + 1;
    assertThat(pauseAfter(100)).isEqualTo(100);
  }

  @Test
  void whatWasMeasuredIsMeasuredAgainOnceItIsOld() throws Exception {
    measureAt(40);
    delay = passed -> 900;
    assertThat(pauseAfter(100)).isEqualTo(400);
    time.nanos += DumpBrake.MEMORY.toNanos();
    assertThat(pauseAfter(100)).isEqualTo(DumpBrake.MEASURING.toMillis());
  }
}
