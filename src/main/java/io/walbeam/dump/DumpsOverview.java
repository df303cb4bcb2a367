package io.walbeam.dump;

import java.util.OptionalLong;

/**
 * How far the dumps of this process are at one moment.
 *
 * @param finished tables dumped since the start
 * @param left tables that are being dumped or wait for it
 * @param chunks written since the start
 * @param rows written since the start
 * @param bytes read since the start, as text
 * @param secondsLeft estimated from the sizes in {@code pg_class}; empty if nothing is left or
 *     nothing is known yet
 */
public record DumpsOverview(
    int finished, int left, long chunks, long rows, long bytes, OptionalLong secondsLeft) {
  /** Of a process that dumps nothing. */
  public static final DumpsOverview NONE = new DumpsOverview(0, 0, 0, 0, 0, OptionalLong.empty());
}
