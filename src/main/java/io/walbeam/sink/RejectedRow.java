package io.walbeam.sink;

import io.walbeam.failure.Refusal;

/**
 * A row that the destination refuses for good.
 *
 * @param index into the rows given
 */
public record RejectedRow(int index, Refusal refusal) {}
