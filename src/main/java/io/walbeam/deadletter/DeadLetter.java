package io.walbeam.deadletter;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.failure.Refusal;

/**
 * One change that could not be written, one row of the dead-letter table.
 *
 * @param failedAtMicros microseconds since the Unix epoch
 * @param refusal why, without row values
 * @param keyJson the key columns as a JSON object, text values; {@code {}} if there is no key
 * @param rowJson the row as a JSON object of text values, unchanged columns left out
 * @param raw the plugin's message, as received
 */
public record DeadLetter(
    long failedAtMicros,
    Refusal refusal,
    Change change,
    String keyJson,
    String rowJson,
    byte[] raw) {
  /**
   * Which change it is.
   *
   * @param transactionId PostgreSQL's, 0 of a dumped row
   * @param commitTimeMicros microseconds since the Unix epoch
   */
  public record Change(
      TableId table,
      Operation operation,
      ChangePosition position,
      long transactionId,
      long commitTimeMicros) {}

  /** Hides the row: row values never reach a log line. */
  @Override
  public String toString() {
    return "DeadLetter["
        + change.table()
        + ", "
        + change.operation()
        + ", "
        + change.position()
        + ", "
        + refusal.errorClass().label()
        + "]";
  }
}
