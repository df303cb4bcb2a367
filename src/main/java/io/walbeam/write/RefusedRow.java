package io.walbeam.write;

/**
 * A row that cannot be written; it becomes a dead letter.
 *
 * @param stage as in {@link io.walbeam.deadletter.DeadLetter}
 * @param errorClass short stable name, for grouping
 * @param message what is wrong, without row values
 * @param remedy what to do
 */
public record RefusedRow(
    RowOrigin origin, String stage, String errorClass, String message, String remedy) {}
