package io.walbeam.sink.bigquery;

import io.walbeam.sink.Stalls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Waits between the attempts of one write, and shows the wait as a stall: at once if a person must
 * act or a schema is awaited, otherwise when it has lasted. Used by one thread.
 */
final class Patience implements AutoCloseable {
  private final String table;
  private final BigQueryTableSink.Parts parts;
  private final BackOff backOff;
  private long failingSinceNanos;
  private boolean failing;
  private @Nullable String stalledFor;
  private Stalls.@Nullable Ongoing stall;

  Patience(String table, BigQueryTableSink.Parts parts) {
    this.table = table;
    this.parts = parts;
    this.backOff = new BackOff(parts.pace());
  }

  /** Whether the last attempt failed. */
  boolean failing() {
    return failing;
  }

  /** Something was written: the next failure starts anew. */
  void succeeded() {
    if (failing) {
      failing = false;
      backOff.reset();
      endStall();
    }
  }

  /** Waits before the next attempt after {@code failure}. */
  void wait(AppendFailures.Failure failure) throws InterruptedException {
    parts.metrics().retried(table, failure.refusal().errorClass());
    if (!failing) {
      failing = true;
      failingSinceNanos = System.nanoTime();
    }
    if (isStall(failure)) {
      showStall(failure.refusal().describe(), failure.action() == AppendFailures.Action.OPERATOR);
    }
    Duration delay =
        failure.action() == AppendFailures.Action.OPERATOR
            ? BackOff.jitter(parts.pace().parkedDelay())
            : backOff.next();
    parts.waits().sleep(delay);
  }

  @Override
  public void close() {
    endStall();
  }

  private boolean isStall(AppendFailures.Failure failure) {
    return switch (failure.action()) {
      case OPERATOR, RETRY_AFTER_SCHEMA -> true;
      case RETRY, REOPEN, ROW_ERRORS, BISECT, TABLE_GONE ->
          System.nanoTime() - failingSinceNanos > parts.pace().stallAfter().toNanos();
    };
  }

  private void showStall(String reason, boolean parked) {
    if (!reason.equals(stalledFor)) {
      endStall();
      stall = parked ? parts.stalls().park(table, reason) : parts.stalls().begin(table, reason);
      stalledFor = reason;
    }
  }

  private void endStall() {
    if (stall != null) {
      stall.close();
      stall = null;
      stalledFor = null;
    }
  }
}
