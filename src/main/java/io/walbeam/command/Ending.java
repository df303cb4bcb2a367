package io.walbeam.command;

/**
 * Who may ask a run to end, and how it is left when it does not: the signals of a process, or a
 * caller in the same JVM.
 */
public interface Ending {
  /**
   * Runs {@code orderlyEnd} when the end is asked for; it returns soon. The last one given counts.
   */
  void onFirst(Runnable orderlyEnd);

  /** Leaves the run where it is. May not return. */
  void leave(int exitCode);

  /** There is nothing to finish: who asks for the end gets it, and a good one. */
  default void endWell() {
    onFirst(() -> leave(0));
  }
}
// x
