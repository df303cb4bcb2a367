package io.walbeam.sink.bigquery;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
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

  /** Between two looks whether a table that needs a person is let go. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private final String table;
  private final SinkParts parts;
  private final Retry retry;

  /** Whether what is waited for now needs a person. */
  private boolean person;

  AppendRetry(String table, SinkParts parts) {
    this.table = table;
    this.parts = parts;
    this.retry = new Retry(parts.pace().retry(), new Pausing(), parts.stalls().of(table));
  }

  /** Whether the last attempt failed. */
  boolean failing() {
    return retry.failing();
  }

  /** Something was written: the next failure starts anew. */
  void succeeded() {
    retry.succeeded();
    parts.letGo().accepted(table);
  }

  /**
   * Waits before the next attempt after {@code failure}.
   *
   * @return false if the table is let go instead
   */
  boolean wait(AppendFailures.Failure failure) throws InterruptedException {
    parts.metrics().retried(table, failure.refusal().errorClass());
    person = failure.action() == AppendFailures.Action.OPERATOR;
    if (person) {
      parts.letGo().waits(table, failure.refusal());
      if (parts.letGo().isOver(table)) {
        return false;
      }
    }
    boolean atOnce = person || failure.action() == AppendFailures.Action.RETRY_AFTER_SCHEMA;
    return retry.pause(
        person ? FailureKind.OPERATOR : FailureKind.TRANSIENT, reason(failure), atOnce);
  }

  /** A wait for a person ends as soon as the table is let go. */
  private final class Pausing implements Pauses {
    @Override
    public long nanoTime() {
      return parts.waits().nanoTime();
    }

    @Override
    public boolean pause(Duration duration) throws InterruptedException {
      long end = nanoTime() + duration.toNanos();
      for (long left = duration.toNanos(); left > 0; left = end - nanoTime()) {
        parts.waits().sleep(Duration.ofNanos(person ? Math.min(left, LOOK.toNanos()) : left));
        if (person && parts.letGo().isOver(table)) {
          return false;
        }
      }
      return true;
    }
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
