package io.walbeam.local.demo;

import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What must be undone when the JVM ends, Ctrl-C included: last come, first undone, one after the
 * other. Thread-safe.
 */
final class AtExit {
  private static final ConcurrentLinkedDeque<Runnable> ACTIONS = new ConcurrentLinkedDeque<>();

  @SuppressWarnings("NonFinalStaticField") // set once, by the hook
  private static volatile boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtExit::runAll, "at-exit"));
  }

  private AtExit() {}

  /** Adds an action; the same object takes it away again. Too late is done at once. */
  static void add(Runnable action) {
    ACTIONS.push(action);
    if (ending && ACTIONS.remove(action)) {
      action.run();
    }
  }

  /** Takes an action away, because it has been done. */
  static void remove(Runnable action) {
    ACTIONS.remove(action);
  }

  /** Whether the JVM is ending, so that failures of what it just ended are no news. */
  static boolean ending() {
    return ending;
  }

  private static void runAll() {
    ending = true;
    for (Runnable action = ACTIONS.poll(); action != null; action = ACTIONS.poll()) {
      action.run();
    }
  }
}
