package io.walbeam.sink;

import io.walbeam.change.TableId;

/**
 * How many dead letters of one class a table has.
 *
 * @param superseded those whose row has a later image, as far as somebody looked
 * @param lastMicros when the last one was set aside, microseconds since the Unix epoch
 */
public record DeadLetterCount(
    TableId table, String errorClass, long count, long superseded, long lastMicros) {
  /** Nobody looked for later images. */
  public DeadLetterCount(TableId table, String errorClass, long count, long lastMicros) {
    this(table, errorClass, count, 0, lastMicros);
  }

  /** The same, once somebody looked. */
  public DeadLetterCount superseded(long number) {
    return new DeadLetterCount(table, errorClass, count, Math.min(number, count), lastMicros);
  }
}
