package io.walbeam.failure;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait after a failure of which kind before the next attempt.
 *
 * @param first before the first repetition of what passes by itself
 * @param longest between repetitions of it; doubling stops here
 * @param person between attempts that a person must make possible; zero if nobody waits for one
 * @param stallAfter failing this long without success is shown; what needs a person at once
 */
public record RetryPolicy(Duration first, Duration longest, Duration person, Duration stallAfter) {
  /** Whether another attempt may succeed after a failure of this kind. */
  public boolean retries(FailureKind kind) {
    return switch (kind) {
      case TRANSIENT -> true;
      case OPERATOR -> !person.isZero();
      case CONFIGURATION, DATA_LOSS_RISK, FENCED, MALFORMED, BUG -> false;
    };
  }

  /**
   * The delay without jitter.
   *
   * @param failures in a row before this one
   */
  Duration nominal(FailureKind kind, int failures) {
    if (kind == FailureKind.OPERATOR) {
      return person;
    }
    long nanos = first.toNanos();
    for (int i = 0; i < failures && nanos < longest.toNanos(); i++) {
      nanos *= 2;
    }
    return Duration.ofNanos(Math.min(nanos, longest.toNanos()));
  }

  /**
   * Half of {@code delay} to all of it, evenly distributed, so that workers that failed together do
   * not come back together.
   */
  public static Duration jitter(Duration delay) {
    long nanos = Math.max(1, delay.toNanos());
    return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
  }
}
