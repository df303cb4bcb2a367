package io.walbeam.sink;

import io.walbeam.row.DestinationTable;
import java.util.List;
import java.util.Optional;

/**
 * Tables that are written to beside older ones of the same source tables, because the key has
 * changed. Thread-safe.
 */
public interface Successors {
  /**
   * Name of the table that rows of {@code table} go to, if an older one, or nothing, has its own
   * name; empty if they go there, or a view there shows where they go.
   */
  Optional<String> unfinished(DestinationTable table) throws InterruptedException;

  /**
   * Drops the older table and puts a view of its name over the newer one. Asking again is harmless,
   * also after half of it.
   *
   * @return what was done, one sentence each
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if what has the name is not
   *     walbeam's
   */
  List<String> finish(DestinationTable table) throws InterruptedException;
}
