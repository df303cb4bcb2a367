package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Stalls;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How one dump waits and tries again: under a named stall, until it is stopped. Thread-safe. */
final class ChunkAttempts {
  /**
   * Before a step is tried again, milliseconds, times the attempt. A standby that cancelled a read
   * must get ahead before the next one.
   */
  private static final long RETRY_PAUSE = 500;

  /** Attempts after which the pause grows no more: a lock or a full server may last for hours. */
  private static final int LONGEST_PAUSE_AT = 20;

  private final DumpContext context;
  private final TableId table;
  private final BooleanSupplier stopped;

  ChunkAttempts(DumpContext context, TableId table, BooleanSupplier stopped) {
    this.context = context;
    this.table = table;
    this.stopped = stopped;
  }

  /** Something that may fail for a while. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws InterruptedException;
  }

  /**
   * The result of a step that is tried until it succeeds, however long that takes: a lock, a lost
   * connection, a server without a free one pass by themselves.
   *
   * @param what for the log, after "could not"
   * @throws WalbeamException if the server refuses for good, or the dump is stopped
   */
  <T> T of(String what, Step<T> step) throws InterruptedException {
    Stalls.Ongoing stall = null;
    try {
      for (int attempts = 1; ; attempts++) {
        try {
          return step.run();
        } catch (WalbeamException e) {
          if (stopped.getAsBoolean() || e.kind() != FailureKind.TRANSIENT) {
            throw e;
          }
          // Without the remedy: that of a connection names the option of the primary.
          stall =
              stalled(
                  stall,
                  "its dump could not " + what + ", which is tried again. " + e.getMessage());
          Thread.sleep(RETRY_PAUSE * Math.min(attempts, LONGEST_PAUSE_AT));
        }
      }
    } finally {
      end(stall);
    }
  }

  /** Waits until the condition holds or the dump is stopped. */
  void await(String reason, Step<Boolean> condition) throws InterruptedException {
    Stalls.Ongoing stall = null;
    try {
      while (!stopped.getAsBoolean() && !condition.run()) {
        stall = stalled(stall, reason);
        context.pause();
      }
    } finally {
      end(stall);
    }
  }

  private Stalls.Ongoing stalled(Stalls.@Nullable Ongoing stall, String reason) {
    Stalls.Ongoing ongoing =
        stall == null ? context.stalls().begin(table.toString(), reason) : stall;
    context.stalls().remind();
    return ongoing;
  }

  private static void end(Stalls.@Nullable Ongoing stall) {
    if (stall != null) {
      stall.close();
    }
  }
}
