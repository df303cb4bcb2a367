package io.walbeam.verify;

import io.walbeam.failure.Pauses;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Holds a reader to so many rows a second. Used by one thread. */
final class ReadingRate {
  /** Rows between two looks at the clock. */
  private static final int STEP = 1_000;

  private final long rowsPerSecond;
  private final Pauses pauses;
  private final long begun;
  private long rows;

  /**
   * @param rowsPerSecond 0 for as fast as it goes
   */
  ReadingRate(long rowsPerSecond, Pauses pauses) {
    this.rowsPerSecond = rowsPerSecond;
    this.pauses = pauses;
    this.begun = pauses.nanoTime();
  }

  /** Counts a row, and waits if there were too many. */
  void row() throws InterruptedException {
    if (rowsPerSecond == 0 || ++rows % STEP != 0) {
      return;
    }
    double due = (double) rows / rowsPerSecond * TimeUnit.SECONDS.toNanos(1);
    long early = (long) due - (pauses.nanoTime() - begun);
    if (early > 0) {
      boolean unused = pauses.pause(Duration.ofNanos(early));
    }
  }
}
