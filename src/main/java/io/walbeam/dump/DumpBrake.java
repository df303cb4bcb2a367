package io.walbeam.dump;

import io.walbeam.failure.Pauses;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Holds dumps back while the stream is late, so that nobody who waits for it notices them.
 *
 * <p>What is late is measured, not configured: whoever finds the stream slow holds all dumps back
 * for a moment, and looks how slow it is without them. From then on late is twice that. So a dump
 * is not held back for what it has nothing to do with: a distant destination, a runner that
 * confirms every few seconds, a stream that has to catch up.
 *
 * <p>Bounded in both directions: a dump pauses after each few megabytes for as long as the stream
 * is late, and works at least a fifth of the time. Thread-safe.
 */
final class DumpBrake {
  /** A delay of the stream that nobody minds, microseconds. */
  static final long UNNOTICED = 150_000;

  /** So many times the delay without dumps is late. */
  static final int LATE = 2;

  /** A pause takes at most so many times as long as the work before it. */
  static final int LONGEST_REST = 4;

  /**
   * A stream that is this late, microseconds, waits for something else, or has much to catch up
   * with: then dump and stream have equal parts.
   */
  static final long BEYOND_HELP = 30_000_000;

  /** Longest pause: a chunk's transaction is open meanwhile, and an end of the run waits for it. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Between two looks at the stream while a dump pauses. */
  static final Duration LOOK = Duration.ofMillis(20);

  /** How long dumps are held back to see the stream without them. */
  static final Duration MEASURING = Duration.ofSeconds(2);

  /** At the end of that; before, requests of the dumps are still under way. */
  private static final Duration COUNTED = Duration.ofSeconds(1);

  /** How long such a measurement is believed. */
  static final Duration MEMORY = Duration.ofMinutes(3);

  private final LongSupplier delayMicros;
  private final Pauses pauses;

  // Guarded by this.
  private boolean measured;
  private boolean measuring;
  private long measuringUntil;
  private long sum;
  private int looks;
  private long undisturbed;

  /**
   * @param delayMicros of the stream now, 0 if nothing is under way
   */
  DumpBrake(LongSupplier delayMicros, Pauses pauses) {
    this.delayMicros = delayMicros;
    this.pauses = pauses;
  }

  /**
   * Pauses as long as it has to be, after work of {@code worked} nanoseconds. Called by every
   * thread that dumps, after each slice of its work.
   */
  void after(long worked) throws InterruptedException {
    long begun = pauses.nanoTime();
    while (true) {
      long now = pauses.nanoTime();
      long left = begun + longest(worked, begun, now) - now;
      if (left <= 0 || !pauses.pause(Duration.ofNanos(Math.min(left, LOOK.toNanos())))) {
        return;
      }
    }
  }

  /** How long a pause may last that began at {@code begun}, as it looks now; nanoseconds. */
  private synchronized long longest(long worked, long begun, long now) {
    long delay = delayMicros.getAsLong();
    if (measuring) {
      if (now - measuringUntil < 0) {
        count(delay, now);
        return measuringUntil - begun;
      }
      measuring = false;
      measured = true;
      undisturbed = looks == 0 ? 0 : sum / looks;
    }
    if (delay <= Math.max(UNNOTICED, LATE * undisturbed)) {
      return 0;
    }
    if (!measured || now - measuringUntil > MEMORY.toNanos()) {
      measuring = true;
      measuringUntil = now + MEASURING.toNanos();
      sum = 0;
      looks = 0;
      return measuringUntil - begun;
    }
    int rest = delay > BEYOND_HELP ? 1 : LONGEST_REST;
    return Math.min(rest * worked, LONGEST_PAUSE.toNanos());
  }

  /** Looks at which nothing is under way say nothing of how long it takes. */
  private void count(long delay, long now) {
    if (delay > 0 && measuringUntil - now <= COUNTED.toNanos()) {
      sum += delay;
      looks++;
    }
  }
}
