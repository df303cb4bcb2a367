package io.walbeam.sink;

import io.walbeam.row.ExistingColumns;

/** What the destination's tables look like before we write to them. Thread-safe. */
@FunctionalInterface
public interface ExistingTables {
  /**
   * The columns of a table; none if it does not exist. Waits like {@link TableSink#write}.
   *
   * @throws io.walbeam.failure.WalbeamException as {@link TableSink#write}
   */
  ExistingColumns columns(String table) throws InterruptedException;
}
