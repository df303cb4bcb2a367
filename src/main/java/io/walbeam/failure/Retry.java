package io.walbeam.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The one way to wait and try again: doubling delays while something fails by itself, a steady look
 * while a person must act, and a stall that is shown at the latest when it has lasted. Used by one
 * thread.
 *
 * <p>A stall is one however its reason changes, and it is over only when {@link #succeeded} is
 * called.
 */
public final class Retry implements AutoCloseable {
  /** Something that may fail for a while. */
  @FunctionalInterface
  public interface Step<T> {
    T run() throws InterruptedException;
  }

  /** Where it is shown that something waits. Thread-safe. */
  @FunctionalInterface
  public interface Board {
    /** Nobody is told. */
    Board NONE = (reason, person) -> Shown.NONE;

    /**
     * Shows a stall.
     *
     * @param person whether a person must act before it ends
     */
    Shown show(String reason, boolean person);
  }

  /** A stall that is shown. */
  public interface Shown extends AutoCloseable {
    /** Shown nowhere. */
    Shown NONE =
        new Shown() {
          @Override
          public void change(String reason, boolean person) {}

          @Override
          public void leave() {}

          @Override
          public void close() {}
        };

    /** It waits for something else now. */
    void change(String reason, boolean person);

    /** It is given up and not over: nothing is said. */
    void leave();

    /** It is over, and that is said. Once closed or left, nothing happens any more. */
    @Override
    void close();
  }

  private final RetryPolicy policy;
  private final Pauses pauses;
  private final Board board;
  private int failures;

  /** Of the last success, or of the beginning: what hangs before it fails counts too. */
  private long since;

  private String reasonShown = "";
  private boolean personShown;
  private @Nullable Shown shown;

  public Retry(RetryPolicy policy, Pauses pauses, Board board) {
    this.policy = policy;
    this.pauses = pauses;
    this.board = board;
    this.since = pauses.nanoTime();
  }

  /** Whether the last attempt failed. */
  public boolean failing() {
    return failures > 0;
  }

  /** What was tried has succeeded: the stall is over, the next failure starts anew. */
  public void succeeded() {
    failures = 0;
    since = pauses.nanoTime();
    Shown open = shown;
    shown = null;
    if (open != null) {
      open.close();
    }
  }

  /**
   * Waits before the next attempt.
   *
   * @param reason what is waited for and what to do, without row values
   * @return whether to try again; false if nobody waits for the result any more
   */
  public boolean pause(FailureKind kind, String reason) throws InterruptedException {
    return pause(kind, reason, kind == FailureKind.OPERATOR);
  }

  /**
   * The same for what is known to last.
   *
   * @param atOnce whether it is shown without waiting for {@link RetryPolicy#stallAfter}
   */
  public boolean pause(FailureKind kind, String reason, boolean atOnce)
      throws InterruptedException {
    Duration delay = RetryPolicy.jitter(policy.nominal(kind, failures));
    failures++;
    if (atOnce || shown != null || delay.compareTo(untilStall()) >= 0) {
      show(reason, kind == FailureKind.OPERATOR);
    }
    return pauses.pause(delay);
  }

  /** How long an attempt may go on until it is a stall; zero or less if it is one. */
  public Duration untilStall() {
    return policy.stallAfter().minusNanos(pauses.nanoTime() - since);
  }

  /** Shows a stall though the attempt has not failed: it hangs. */
  public void hangs(String reason) {
    if (shown == null) {
      show(reason, false);
    }
  }

  /**
   * The result of a step that is tried until it succeeds.
   *
   * @throws WalbeamException that no other attempt mends, or the last one once nobody waits for the
   *     result any more
   */
  public <T> T until(Step<T> step) throws InterruptedException {
    while (true) {
      try {
        T result = step.run();
        succeeded();
        return result;
      } catch (WalbeamException e) {
        if (!policy.retries(e.kind()) || !pause(e.kind(), e.describe())) {
          throw e;
        }
      }
    }
  }

  /** Gives up: a stall that is not over is shown no longer, and nothing is said of it. */
  @Override
  public void close() {
    Shown open = shown;
    shown = null;
    if (open != null) {
      open.leave();
    }
  }

  private void show(String reason, boolean person) {
    Shown open = shown;
    if (open == null) {
      shown = board.show(reason, person);
    } else if (!reason.equals(reasonShown) || person != personShown) {
      open.change(reason, person);
    }
    reasonShown = reason;
    personShown = person;
  }
}
