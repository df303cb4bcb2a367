package io.walbeam.sink;

import java.util.List;

/** The dumps that were asked for: {@code _walbeam_backfills}. Thread-safe. */
public interface DumpLedger {
  /**
   * What people asked for who may write to the destination, whatever became of it; empty if nobody
   * ever did.
   */
  default List<AskedDump> asked(String slot) throws InterruptedException {
    return List.of();
  }

  /** Asks for a dump; durable when this returns. */
  default void ask(AskedDump asked) throws InterruptedException {
    throw new UnsupportedOperationException("nobody carries it out");
  }

  /** Name of its table. */
  String name();

  /** Every entry of the slot, the oldest request first; empty if the table does not exist. */
  List<DumpEntry> read(String slot) throws InterruptedException;

  /**
   * Returns when the entries are durable.
   *
   * @param version the row with the highest version of a key counts; 0 for a request as it was read
   *     from the stream, so that reading it again changes nothing
   */
  void write(List<DumpEntry> entries, long version) throws InterruptedException;
}
