package io.walbeam.backfill;

import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds published tables without an initial dump, and partitions that came to a table since it was
 * dumped: the stream has never seen the rows that they came with. Used by one thread at a time.
 */
final class NewTables {
  /** Before the identifiers of what a finished dump covered, in the ledger's column resume. */
  static final String COVERED = "covered=";

  /** Tables named by one request, so that no message is long. */
  private static final int TABLES_PER_REQUEST = 100;

  private final DumpContext context;
  private final Set<TableId> asked = new HashSet<>();
  private final Set<Long> askedPartitions = new HashSet<>();
  private final Set<TableId> asking = new HashSet<>();
  private final Set<Long> askingPartitions = new HashSet<>();

  NewTables(DumpContext context) {
    this.context = context;
  }

  /**
   * Contents of the requests that are due.
   *
   * @param connection to the primary
   * @param known every ledger entry
   * @throws WalbeamException of kind TRANSIENT if the server cannot be reached
   */
  synchronized List<String> requests(DumpConnection connection, List<DumpEntry> known)
      throws InterruptedException {
    asking.clear();
    askingPartitions.clear();
    List<String> requests = new ArrayList<>();
    String publication = context.settings().publication();
    List<TableId> missing = new ArrayList<>();
    for (TableId table : connection.published(publication)) {
      if (context.settings().tables().matches(table)
          && !asked.contains(table)
          && known.stream().noneMatch(entry -> covers(entry, table))) {
        missing.add(table);
      }
    }
    for (int i = 0; i < missing.size(); i += TABLES_PER_REQUEST) {
      List<TableId> some = missing.subList(i, Math.min(missing.size(), i + TABLES_PER_REQUEST));
      requests.add(DumpRequest.initial(some));
      asking.addAll(some);
    }
    connection
        .partitions(publication)
        .forEach((table, leaves) -> attached(known, table, leaves, requests));
    return requests;
  }

  /** The requests are in the WAL. */
  synchronized void emitted() {
    asked.addAll(asking);
    askedPartitions.addAll(askingPartitions);
    asking.clear();
    askingPartitions.clear();
  }

  private boolean covers(DumpEntry entry, TableId table) {
    return entry.kind() == Kind.INITIAL
        && entry.epoch() == context.settings().epoch()
        && entry.table().equals(table)
        && entry.status() != Status.FAILED
        && entry.status() != Status.REFUSED;
  }

  /** Once the table itself was dumped, every partition that no dump covered is new. */
  private void attached(
      List<DumpEntry> known, TableId table, Map<Long, TableId> leaves, List<String> requests) {
    Set<Long> dumped = new HashSet<>();
    Set<String> pending = new HashSet<>();
    for (DumpEntry entry : known) {
      if (!entry.table().equals(table) || entry.epoch() != context.settings().epoch()) {
        continue;
      }
      if (entry.resume().startsWith(COVERED)) {
        for (String oid : entry.resume().substring(COVERED.length()).split(",", -1)) {
          dumped.add(oid.isEmpty() ? 0 : Long.parseLong(oid));
        }
      } else if (!entry.status().isOver()) {
        pending.addAll(DumpScope.parse(entry.scope()).partitions());
      }
    }
    if (dumped.isEmpty()) {
      return;
    }
    List<TableId> added = new ArrayList<>();
    leaves.forEach(
        (oid, leaf) -> {
          if (!dumped.contains(oid)
              && !askedPartitions.contains(oid)
              && !pending.contains(leaf.quoted())) {
            added.add(leaf);
            askingPartitions.add(oid);
          }
        });
    if (!added.isEmpty()) {
      requests.add(DumpRequest.partitions(table, added));
    }
  }
}
