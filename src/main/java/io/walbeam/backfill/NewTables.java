package io.walbeam.backfill;

import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds published tables without an initial dump, and partitions that came to a table since it was
 * dumped. Used by one thread at a time.
 */
final class NewTables {
  /** Tables named by one request, so that no message is long. */
  private static final int TABLES_PER_REQUEST = 100;

  private final DumpContext context;
  private final Set<TableId> asked = new HashSet<>();
  private final Set<TableId> asking = new HashSet<>();

  NewTables(DumpContext context) {
    this.context = context;
  }

  /**
   * Contents of the requests that are due.
   *
   * @param known every ledger entry
   * @throws WalbeamException of kind TRANSIENT if the server cannot be reached
   */
  synchronized List<String> requests(List<DumpEntry> known) throws InterruptedException {
    asking.clear();
    List<String> requests = new ArrayList<>();
    try (DumpConnection connection = context.openPrimary()) {
      List<TableId> missing = new ArrayList<>();
      for (TableId table : connection.published(context.settings().publication())) {
        if (context.settings().tables().matches(table)
            && !asked.contains(table)
            && known.stream().noneMatch(entry -> covers(entry, table))) {
          missing.add(table);
        }
      }
      for (int i = 0; i < missing.size(); i += TABLES_PER_REQUEST) {
        List<TableId> some =
            missing.subList(i, Math.min(missing.size(), i + TABLES_PER_REQUEST));
        requests.add(DumpRequest.initial(some));
        asking.addAll(some);
      }
      for (TableId table : List.copyOf(context.leaves().keySet())) {
        attached(connection, table).ifPresent(requests::add);
      }
    }
    return requests;
  }

  /** The requests are in the WAL. */
  synchronized void emitted() {
    asked.addAll(asking);
    asking.clear();
  }

  private boolean covers(DumpEntry entry, TableId table) {
    return entry.kind() == Kind.INITIAL
        && entry.epoch() == context.settings().epoch()
        && entry.table().equals(table)
        && entry.status() != Status.FAILED
        && entry.status() != Status.REFUSED;
  }

  /** A partition that was attached with rows: the stream has never seen them. */
  private Optional<String> attached(DumpConnection connection, TableId table)
      throws InterruptedException {
    Optional<PublishedTable> described =
        connection.describe(context.settings().publication(), table);
    if (described.isEmpty()) {
      return Optional.empty();
    }
    List<PhysicalTable> now = connection.leaves(described.get().relation().id());
    List<PhysicalTable> before = context.leaves().getOrDefault(table, List.of());
    Set<Long> known = new HashSet<>();
    before.forEach(leaf -> known.add(leaf.oid()));
    List<TableId> added =
        now.stream().filter(leaf -> !known.contains(leaf.oid())).map(PhysicalTable::table).toList();
    if (added.isEmpty()) {
      return Optional.empty();
    }
    context.leaves().put(table, now);
    return Optional.of(DumpRequest.partitions(table, added));
  }
}
