package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.OutdatedRows;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Counts the rows of tables that were made anew, once their next dump has ended: BigQuery may lose
 * rows for minutes where a name is dropped and made again. Used by one thread at a time.
 */
final class Recount {
  private final OutdatedRows rows;
  private final long epoch;
  private final Set<TableId> expected = new HashSet<>();

  Recount(OutdatedRows rows, long epoch) {
    this.rows = rows;
    this.epoch = epoch;
  }

  /** The next dump of this table is to be counted. */
  void expect(TableId table) {
    expected.add(table);
  }

  /**
   * How many rows are there if they are fewer than were dumped; empty if not, if it is not to be
   * counted, or if queries do not show the dump yet. Counted once: rows may also be fewer because
   * they were deleted at the source since, and one dump more does no harm.
   */
  OptionalLong missing(DumpEntry dump, DestinationTable destination) throws InterruptedException {
    if (!expected.contains(dump.table())
        || !rows.showsChangesUntil(destination, dump.course().finishedMicros())) {
      return OptionalLong.empty();
    }
    long there = rows.count(destination, new ChangePosition(epoch + 1, 0, 0, 0));
    expected.remove(dump.table());
    return there < dump.course().sums().rows() ? OptionalLong.of(there) : OptionalLong.empty();
  }
}
