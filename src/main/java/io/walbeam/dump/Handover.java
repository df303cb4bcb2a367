package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tables that another process was dumping when this one took over. Rows that it had sent may arrive
 * a little later; behind a purge one of them would stay, because nothing says that its key is gone.
 * So purges of these tables wait for as long as a request may be on its way. Thread-safe.
 */
final class Handover {
  private final long end;

  // Guarded by this.
  private final Set<TableId> tables = new HashSet<>();

  /**
   * @param longest that a request may be on its way after its process has stopped
   * @param now when this process took over, nanoseconds
   */
  Handover(Duration longest, long now) {
    this.end = now + longest.toNanos();
  }

  /**
   * What the ledger held when this process took over. Whoever its owner is: what nobody has noted
   * may have begun, and an earlier turn of this very process may have requests on their way too.
   */
  synchronized void found(List<DumpEntry> known) {
    known.stream()
        .filter(entry -> entry.isDump() && !entry.status().isOver())
        .forEach(entry -> tables.add(entry.table()));
  }

  /** Whether nothing of the other process can arrive for the table any more. */
  synchronized boolean isOver(TableId table, long now) {
    return !tables.contains(table) || now - end >= 0;
  }
}
