package io.walbeam.source;

import java.util.concurrent.TimeUnit;

/**
 * For how long a session reads its slot though no runner calls: a reader that nobody drives any
 * more must not keep the slot from the next one. Thread-safe.
 */
final class Lease {
  /** Far longer than a runner pauses between two calls, nanoseconds. */
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(3);

  private final long longest;
  private volatile long lastDriven;
  private volatile boolean kept;

  /**
   * @param longest without a call, nanoseconds
   */
  Lease(long longest, long now) {
    this.longest = longest;
    this.lastDriven = now;
  }

  static Lease ofRunner() {
    return new Lease(LONGEST, System.nanoTime());
  }

  /** A runner has called. */
  void driven(long now) {
    lastDriven = now;
  }

  /** It has no end any more: somebody waits without calling, and closes the session in the end. */
  void keep() {
    kept = true;
  }

  /** Whether no runner has called for too long. */
  boolean isOver(long now) {
    return !kept && now - lastDriven >= longest;
  }
}
