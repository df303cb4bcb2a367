package io.walbeam.dump;

import java.util.OptionalLong;

/** Adds up what the dumps of this process do, and how long the rest takes. Thread-safe. */
final class DumpMeter {
  private static final double NANOS_PER_SECOND = 1e9;

  // Guarded by this.
  private int finished;
  private long chunks;
  private long rows;
  private long bytes;
  private double pages;
  private long busyNanos;
  private long busySince;
  private int busy;

  /** A dump begins to read. */
  synchronized void begin(long nanos) {
    if (busy++ == 0) {
      busySince = nanos;
    }
  }

  /** A dump reads no more. */
  synchronized void end(long nanos, boolean complete) {
    if (--busy == 0) {
      busyNanos += nanos - busySince;
    }
    finished += complete ? 1 : 0;
  }

  /**
   * A chunk is written.
   *
   * @param textBytes bytes that were read
   * @param chunkPages pages of the table that it covered, on the average
   */
  synchronized void chunk(long chunkRows, long textBytes, double chunkPages) {
    chunks++;
    rows += chunkRows;
    bytes += textBytes;
    pages += chunkPages;
  }

  /**
   * The sums, and the time that the rest takes if it goes on as fast.
   *
   * @param left tables that are not finished
   * @param pagesLeft their pages, without those that are done
   */
  synchronized DumpsOverview overview(int left, double pagesLeft, long nanos) {
    double seconds = (busyNanos + (busy > 0 ? nanos - busySince : 0)) / NANOS_PER_SECOND;
    OptionalLong secondsLeft =
        left == 0 || pages <= 0 || pagesLeft <= 0
            ? OptionalLong.empty()
            : OptionalLong.of(Math.round(pagesLeft * seconds / pages));
    return new DumpsOverview(finished, left, chunks, rows, bytes, secondsLeft);
  }
}
