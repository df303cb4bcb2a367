package io.walbeam.sink;

/**
 * A row that the destination refuses for good.
 *
 * @param index into the rows given
 * @param errorClass short stable name, for grouping
 * @param message what is wrong, without row values
 * @param remedy what to do
 */
public record RejectedRow(int index, String errorClass, String message, String remedy) {}
