package io.walbeam.local.live;

/**
 * Something that walbeam relies on and Google's documentation leaves open, or says only there.
 *
 * @param claim as ARCHITECTURE.md lists it
 * @param expected what the check should see
 */
record Assumption(String claim, String expected, Check check) {
  /** Tries it on a table of its own. */
  @FunctionalInterface
  interface Check {
    /** What was seen, and whether it is as expected. */
    Outcome run(Trials trials) throws InterruptedException;
  }

  /**
   * What a check saw.
   *
   * @param seen one line
   */
  record Outcome(String seen, boolean asExpected) {}
}
