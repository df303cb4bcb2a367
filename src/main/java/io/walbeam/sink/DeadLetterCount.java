package io.walbeam.sink;

import io.walbeam.change.TableId;

/**
 * How many dead letters of one class a table has.
 *
 * @param lastMicros when the last one was set aside, microseconds since the Unix epoch
 */
public record DeadLetterCount(TableId table, String errorClass, long count, long lastMicros) {}
