package io.walbeam.local.chaos;

import java.util.Random;

/**
 * One kind of fault.
 *
 * @param name for the count
 * @param longestSeconds how long it lasts at most; 0 for one that is over at once
 * @param begin lets it happen
 * @param end mends what {@link ChaosEnds#heal} does not
 */
record FaultCase(String name, int longestSeconds, Step begin, Step end) {
  /** A step of a fault. */
  @FunctionalInterface
  interface Step {
    void run(Random random) throws Exception;
  }

  /** Nothing to mend. */
  static final Step NOTHING = random -> {};
}
