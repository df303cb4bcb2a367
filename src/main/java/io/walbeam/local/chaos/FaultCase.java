package io.walbeam.local.chaos;

import java.util.Random;

/**
 * One kind of fault.
 *
 * @param subject whom it meets
 * @param name for the count
 * @param longestSeconds how long it lasts at most; 0 for one that is over at once
 * @param begin lets it happen
 * @param end mends it
 * @param again whether it may happen again before the program has recovered
 */
record FaultCase(
    Subject subject, String name, int longestSeconds, Step begin, Step end, boolean again) {
  FaultCase(Subject subject, String name, int longestSeconds, Step begin, Step end) {
    this(subject, name, longestSeconds, begin, end, true);
  }

  /** A step of a fault. */
  @FunctionalInterface
  interface Step {
    void run(Random random) throws Exception;
  }

  /** Nothing to mend. */
  static final Step NOTHING = random -> {};

  /** A fault that is over at once. */
  static FaultCase once(Subject subject, String name, Step step) {
    return new FaultCase(subject, name, 0, step, NOTHING);
  }
}
