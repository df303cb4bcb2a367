package io.walbeam.sink.bigquery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Doubling delays with jitter: each is between half of and the whole nominal delay, so that workers
 * that failed together do not come back together. Used by one thread.
 */
final class BackOff {
  private final Duration first;
  private final Duration longest;
  private int failures;

  BackOff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
  }

  BackOff(Pace pace) {
    this(pace.firstDelay(), pace.longestDelay());
  }

  /** The delay before the next attempt. */
  Duration next() {
    long nominal = first.toMillis();
    for (int i = 0; i < failures && nominal < longest.toMillis(); i++) {
      nominal *= 2;
    }
    failures++;
    return jitter(Duration.ofMillis(Math.min(nominal, longest.toMillis())));
  }

  void reset() {
    failures = 0;
  }

  /** Half of {@code delay} to all of it, evenly distributed. */
  static Duration jitter(Duration delay) {
    long millis = Math.max(1, delay.toMillis());
    return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }
}
