package io.walbeam.sink.bigquery;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Retry;
import java.time.Duration;

/**
 * Waits between the attempts of one write: {@link Retry} by what the failure of an append says is
 * to be done. Used by one thread.
 */
final class AppendRetry implements AutoCloseable {
  /** One wording for one outage, whichever way it is noticed. */
  private static final String OUTAGE =
      "BigQuery cannot be reached, or does not answer. This passes by itself.";

  private final String table;
  private final SinkParts parts;
  private final Retry retry;

  AppendRetry(String table, SinkParts parts) {
    this.table = table;
    this.parts = parts;
    this.retry = new Retry(parts.pace().retry(), parts.waits(), parts.stalls().of(table));
  }

  /** Whether the last attempt failed. */
  boolean failing() {
    return retry.failing();
  }

  /** Something was written: the next failure starts anew. */
  void succeeded() {
    retry.succeeded();
  }

  /** Waits before the next attempt after {@code failure}. */
  void wait(AppendFailures.Failure failure) throws InterruptedException {
    parts.metrics().retried(table, failure.refusal().errorClass());
    boolean person = failure.action() == AppendFailures.Action.OPERATOR;
    boolean atOnce = person || failure.action() == AppendFailures.Action.RETRY_AFTER_SCHEMA;
    boolean unused =
        retry.pause(person ? FailureKind.OPERATOR : FailureKind.TRANSIENT, reason(failure), atOnce);
  }

  /** How long to wait for an answer before {@link #unanswered} is to be called. */
  Duration untilStall() {
    return retry.untilStall();
  }

  /** BigQuery has not answered for long; it still may. */
  void unanswered() {
    retry.hangs(OUTAGE);
  }

  private static String reason(AppendFailures.Failure failure) {
    return switch (failure.refusal().errorClass()) {
      case CONNECTION_LOST, UNAVAILABLE, DEADLINE, GIVEN_UP, INTERNAL, UNEXPECTED -> OUTAGE;
      default -> failure.refusal().describe();
    };
  }

  @Override
  public void close() {
    retry.close();
  }
}
