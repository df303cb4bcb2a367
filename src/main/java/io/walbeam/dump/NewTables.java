package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.DumpEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds published tables without an initial dump, and partitions that came to a table since it was
 * dumped: the stream has never seen the rows that they came with. Used by one thread at a time.
 */
final class NewTables {
  private static final Logger log = LoggerFactory.getLogger(NewTables.class);

  /** Before the identifiers of what a finished dump covered, in the ledger's column resume. */
  static final String COVERED = "covered=";

  /** Tables named by one request, so that no message is long. */
  static final int TABLES_PER_REQUEST = 100;

  /** That a table or a partition was never dumped is one reason. */
  private static final long NEVER_DUMPED = 0;

  private final DumpContext context;
  private final OwnRequests<TableId> asked = new OwnRequests<>();

  /** By object identifier. */
  private final OwnRequests<Long> askedPartitions = new OwnRequests<>();

  private final Set<Long> missed = new HashSet<>();

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
    asked.begin();
    askedPartitions.begin();
    List<String> requests = new ArrayList<>();
    String publication = context.settings().publication();
    Map<TableId, List<DumpEntry>> byTable =
        known.stream().collect(Collectors.groupingBy(DumpEntry::table));
    List<TableId> missing = new ArrayList<>();
    for (TableId table : connection.published(publication)) {
      if (context.settings().tables().matches(table)
          && isDue(table, byTable.getOrDefault(table, List.of()))
          && !isCovered(byTable.getOrDefault(table, List.of()), epoch())) {
        missing.add(table);
      }
    }
    for (int i = 0; i < missing.size(); i += TABLES_PER_REQUEST) {
      List<TableId> some = missing.subList(i, Math.min(missing.size(), i + TABLES_PER_REQUEST));
      requests.add(DumpRequest.initial(some, context.settings().run().token()));
      some.forEach(table -> asked.ask(table, NEVER_DUMPED));
    }
    connection
        .partitions(publication)
        .forEach(
            (table, leaves) ->
                attached(byTable.getOrDefault(table, List.of()), table, leaves, requests));
    return requests;
  }

  /** The requests are in the WAL. */
  synchronized void emitted() {
    asked.emitted(context.nowMicros());
    askedPartitions.emitted(context.nowMicros());
  }

  private boolean isDue(TableId table, List<DumpEntry> known) {
    return asked.isDue(table, NEVER_DUMPED, table, known, context.nowMicros());
  }

  private long epoch() {
    return context.settings().epoch();
  }

  /**
   * Whether a dump of the whole table is to come, or says what it covered: what ended otherwise,
   * and says nothing, has read nothing that counts.
   *
   * @param known entries of the table
   */
  static boolean isCovered(List<DumpEntry> known, long epoch) {
    return known.stream()
        .anyMatch(
            entry ->
                entry.isDump()
                    && entry.epoch() == epoch
                    && DumpScope.parse(entry.scope()).isAll()
                    && (!entry.status().isOver() || entry.resume().startsWith(COVERED)));
  }

  /**
   * What the dumps of a table say that they covered.
   *
   * @param wasDumped whether the table itself was
   * @param partitions object identifiers of what holds the rows that were
   * @param pending quoted names of partitions that are to be dumped
   */
  record Coverage(boolean wasDumped, Set<Long> partitions, Set<String> pending) {
    /** Of the entries of one table. */
    static Coverage of(List<DumpEntry> known, long epoch) {
      boolean wasDumped = false;
      Set<Long> partitions = new HashSet<>();
      Set<String> pending = new HashSet<>();
      for (DumpEntry entry : sinceLastWholeDump(known, epoch)) {
        if (DumpScope.parse(entry.scope()).hasKeys()) {
          continue;
        }
        if (entry.resume().startsWith(COVERED)) {
          wasDumped = true;
          String covered = entry.resume().substring(COVERED.length());
          for (String oid : covered.isEmpty() ? new String[0] : covered.split(",", -1)) {
            partitions.add(Long.parseLong(oid));
          }
        } else if (!entry.status().isOver()) {
          pending.addAll(DumpScope.parse(entry.scope()).partitions());
        }
      }
      return new Coverage(wasDumped, partitions, pending);
    }
  }

  /**
   * Once the table itself was dumped, every partition that no dump covered is new.
   *
   * @param known entries of the table
   */
  private void attached(
      List<DumpEntry> known, TableId table, Map<Long, TableId> leaves, List<String> requests) {
    Coverage dumped = Coverage.of(known, epoch());
    if (!dumped.wasDumped()) {
      return;
    }
    warnOfDetached(table, dumped.partitions(), leaves.keySet());
    List<TableId> added = new ArrayList<>();
    leaves.forEach(
        (oid, leaf) -> {
          if (!dumped.partitions().contains(oid)
              && askedPartitions.isDue(oid, NEVER_DUMPED, table, known, context.nowMicros())
              && !dumped.pending().contains(leaf.quoted())) {
            added.add(leaf);
            askedPartitions.ask(oid, NEVER_DUMPED);
          }
        });
    if (!added.isEmpty()) {
      requests.add(DumpRequest.partitions(table, added, context.settings().run().token()));
    }
  }

  /** Those from its last finished dump as a whole on; all if there is none. */
  private static List<DumpEntry> sinceLastWholeDump(List<DumpEntry> known, long epoch) {
    List<DumpEntry> entries =
        known.stream().filter(DumpEntry::isDump).filter(entry -> entry.epoch() == epoch).toList();
    Optional<Long> last =
        entries.stream()
            .filter(entry -> entry.resume().startsWith(COVERED))
            .filter(entry -> DumpScope.parse(entry.scope()).isAll())
            .map(DumpEntry::requestLsn)
            .max(Long::compareUnsigned);
    return entries.stream()
        .filter(entry -> Long.compareUnsigned(entry.requestLsn(), last.orElse(0L)) >= 0)
        .toList();
  }

  /**
   * The stream does not say that a partition left the table, with rows that the destination keeps.
   * Many want just that of old ones, so it is said and not undone.
   */
  private void warnOfDetached(TableId table, Set<Long> dumped, Set<Long> leaves) {
    long left = dumped.stream().filter(oid -> !leaves.contains(oid)).filter(missed::add).count();
    if (left > 0) {
      log.warn(
          "{} partitions of table {} were detached or dropped since it was dumped; their rows stay"
              + " in {}. To delete them, ask for a dump of the whole table: backfill --tables={}.",
          left,
          table,
          context.tables().place(),
          table);
    }
  }
}
