package io.walbeam.sink;

import io.walbeam.change.ChangePosition;
import io.walbeam.row.DestinationTable;
import java.util.List;

/** Finds the rows of a keyed table that are older than a position. Thread-safe. */
public interface OutdatedRows {
  /** Takes keys, a page at a time. */
  @FunctionalInterface
  interface Keys {
    /**
     * Takes keys.
     *
     * @param keys the values of each row's key columns, in the order of the table's primary key, as
     *     PostgreSQL writes them
     */
    void take(List<List<String>> keys) throws InterruptedException;
  }

  /** Microseconds since the Unix epoch by the clock that {@link #showsChangesUntil} goes by. */
  long nowMicros();

  /**
   * Whether every change that was acknowledged before {@code micros} shows in queries of the table.
   */
  boolean showsChangesUntil(DestinationTable table, long micros) throws InterruptedException;

  /** Whether the table exists and was there before {@code micros}. */
  boolean existedBefore(DestinationTable table, long micros) throws InterruptedException;

  /** Number of rows with a position lower than {@code below}. */
  long count(DestinationTable table, ChangePosition below) throws InterruptedException;

  /** Hands over the keys of all of them, page by page. */
  void keys(DestinationTable table, ChangePosition below, Keys keys) throws InterruptedException;
}
