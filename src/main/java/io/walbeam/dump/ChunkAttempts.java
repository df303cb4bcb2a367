package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How one dump waits and tries again: under a named stall, until it is stopped. Thread-safe. */
final class ChunkAttempts {
  /**
   * A standby that cancelled a read must get ahead before the next one; a lock or a full server may
   * last for hours. What a person must mend ends the dump.
   */
  private static final RetryPolicy POLICY =
      new RetryPolicy(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ZERO, Duration.ZERO);

  private final DumpContext context;
  private final TableId table;
  private final BooleanSupplier stopped;

  ChunkAttempts(DumpContext context, TableId table, BooleanSupplier stopped) {
    this.context = context;
    this.table = table;
    this.stopped = stopped;
  }

  /**
   * The result of a step that is tried until it succeeds, however long that takes: a lock, a lost
   * connection, a server without a free one pass by themselves.
   *
   * @param what for the log, after "could not"
   * @throws WalbeamException if the server refuses for good, or the dump is stopped
   */
  <T> T of(String what, Retry.Step<T> step) throws InterruptedException {
    try (Retry retry = retry()) {
      while (true) {
        try {
          T result = step.run();
          retry.succeeded();
          return result;
        } catch (WalbeamException e) {
          // Without the remedy: that of a connection names the option of the primary.
          String reason =
              "its dump could not " + what + ", which is tried again. " + e.getMessage();
          if (!POLICY.retries(e.kind()) || !retry.pause(e.kind(), reason)) {
            throw e;
          }
          context.stalls().remind();
        }
      }
    }
  }

  /** Waits until the condition holds or the dump is stopped. */
  void await(String reason, Retry.Step<Boolean> condition) throws InterruptedException {
    Retry.Shown stall = Retry.Shown.NONE;
    try {
      while (!stopped.getAsBoolean() && !condition.run()) {
        if (stall == Retry.Shown.NONE) {
          stall = context.stalls().begin(table.toString(), reason);
        }
        context.stalls().remind();
        context.pause();
      }
    } finally {
      stall.close();
    }
  }

  private Retry retry() {
    Pauses pauses =
        new Pauses() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public boolean pause(Duration duration) throws InterruptedException {
            return !stopped.getAsBoolean() && Pauses.UNTIL_INTERRUPTED.pause(duration);
          }
        };
    return new Retry(POLICY, pauses, context.stalls().of(table.toString()));
  }
}
