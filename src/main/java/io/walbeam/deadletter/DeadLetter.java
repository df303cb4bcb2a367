package io.walbeam.deadletter;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;

/**
 * One change that could not be written, one row of the dead-letter table.
 *
 * @param failedAtMicros microseconds since the Unix epoch
 * @param stage where it failed: {@code decode}, {@code map}, {@code read_back}, {@code append},
 *     {@code truncate}
 * @param errorClass short stable name, for grouping
 * @param errorMessage what is wrong, without row values
 * @param remedy what to do
 * @param commitTimeMicros microseconds since the Unix epoch
 * @param keyJson the key columns as a JSON object, text values; {@code {}} if there is no key
 * @param rowJson the row as a JSON object of text values, unchanged columns left out
 * @param raw the plugin's message, as received
 */
public record DeadLetter(
    long failedAtMicros,
    String stage,
    String errorClass,
    String errorMessage,
    String remedy,
    TableId table,
    Operation operation,
    ChangePosition position,
    long transactionId,
    long commitTimeMicros,
    String keyJson,
    String rowJson,
    byte[] raw) {
  /** Hides the row: row values never reach a log line. */
  @Override
  public String toString() {
    return "DeadLetter[" + table + ", " + operation + ", " + position + ", " + errorClass + "]";
  }
}
