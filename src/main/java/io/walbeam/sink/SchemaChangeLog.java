package io.walbeam.sink;

import java.util.List;

/** The schema changes that were noticed: {@code _walbeam_schema_changes}. Thread-safe. */
public interface SchemaChangeLog {
  /** Every change of the slot, the oldest first; empty if the table does not exist. */
  List<SchemaChange> read(String slot) throws InterruptedException;

  /**
   * Returns when the changes are durable.
   *
   * @param version the row with the highest version of a key counts
   */
  void write(List<SchemaChange> changes, long version) throws InterruptedException;
}
