package io.walbeam.verify;

import java.util.concurrent.TimeUnit;

/** Holds a reader to so many rows a second. Used by one thread. */
final class ReadingRate {
  /** Rows between two looks at the clock. */
  private static final int STEP = 1_000;

  private final long rowsPerSecond;
  private final long begun = System.nanoTime();
  private long rows;

  /**
   * @param rowsPerSecond 0 for as fast as it goes
   */
  ReadingRate(long rowsPerSecond) {
    this.rowsPerSecond = rowsPerSecond;
  }

  /** Counts a row, and waits if there were too many. */
  void row() throws InterruptedException {
    if (rowsPerSecond == 0 || ++rows % STEP != 0) {
      return;
    }
    double due = (double) rows / rowsPerSecond * TimeUnit.SECONDS.toNanos(1);
    long early = (long) due - (System.nanoTime() - begun);
    if (early > 0) {
      TimeUnit.NANOSECONDS.sleep(early);
    }
  }
}
