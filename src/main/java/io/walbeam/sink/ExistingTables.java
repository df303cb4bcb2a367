package io.walbeam.sink;

import io.walbeam.row.ExistingColumns;
import java.util.List;

/** What the destination's tables look like before we write to them. Thread-safe. */
@FunctionalInterface
public interface ExistingTables {
  /**
   * The columns of a table; none if it does not exist. Waits like {@link TableSink#write}.
   *
   * @throws io.walbeam.failure.WalbeamException as {@link TableSink#write}
   */
  ExistingColumns columns(String table) throws InterruptedException;

  /**
   * By what the rows of a table are told apart, in names of the source's columns: the table's key,
   * and those of the tables that were made beside it for other keys, the newest first. None if the
   * destination does not remember. Waits like {@link TableSink#write}.
   *
   * @throws io.walbeam.failure.WalbeamException as {@link TableSink#write}
   */
  default List<List<String>> keys(String table) throws InterruptedException {
    return List.of();
  }
}
