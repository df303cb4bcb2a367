package io.walbeam.sink;

import io.walbeam.row.DestinationTable;
import java.util.List;

/** The rows of keyed tables as the destination shows them, with their values. Thread-safe. */
public interface ReplicaValues {
  /**
   * One row as it is shown.
   *
   * @param key as PostgreSQL would write it, or as it was asked for
   * @param commitLsn position of the change that it shows, unsigned
   * @param values as the destination writes them, of the wanted columns without {@code _walbeam};
   *     one for each, none for NULL and for a column that is not there yet, any number for an array
   */
  record Row(List<String> key, long commitLsn, List<List<String>> values) {
    public Row {
      key = List.copyOf(key);
      values = List.copyOf(values);
    }

    /** Hides the values: they never reach a log line. */
    @Override
    public String toString() {
      return "Row[" + values.size() + " values]";
    }
  }

  /** Takes a row. */
  @FunctionalInterface
  interface Rows {
    void take(Row row) throws InterruptedException;
  }

  /** Hands over every row. */
  void all(DestinationTable table, Rows rows) throws InterruptedException;

  /**
   * Hands over the rows of these keys, as far as there are any.
   *
   * @param keys values of the table's primary key in its order, as PostgreSQL writes them
   */
  void of(DestinationTable table, List<List<String>> keys, Rows rows) throws InterruptedException;
}
