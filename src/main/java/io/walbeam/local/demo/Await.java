package io.walbeam.local.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for a condition that another process brings about. */
public final class Await {
  /** Time between two looks at a condition. */
  private static final long POLL_MILLIS = 50;

  /** Generous: only what fails waits this long. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Await() {}

  /** A question to another process; may fail like any call to one. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Returns when {@code condition} holds, which shall take a minute at most. */
  public static void until(String what, Condition condition)
      throws IOException, InterruptedException {
    until(what, PATIENCE, condition);
  }

  /**
   * Returns when {@code condition} holds.
   *
   * @param what says what is awaited, for the error
   * @throws IllegalStateException if it does not hold within {@code deadline}
   * @throws IOException if the condition cannot be asked for
   */
  public static void until(String what, Duration deadline, Condition condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "Waited " + deadline.toSeconds() + " s in vain until " + what + ".");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static boolean holds(Condition condition) throws IOException, InterruptedException {
    try {
      return condition.holds();
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
