package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DumpEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds tables that were dumped and whose destination is gone, or was made anew since: what a dump
 * and the stream had written there is lost, and nobody else would notice. Thread-safe.
 */
final class VanishedTables {
  private static final Logger log = LoggerFactory.getLogger(VanishedTables.class);

  /** Tables that one look asks for, a call each; the next look goes on behind them. */
  private static final int MOST_AT_ONCE = 100;

  /** By which the clocks of walbeam and of the destination may differ. */
  private static final Duration CLOCKS = Duration.ofMinutes(2);

  private final DumpContext context;

  /** The reason is the dump that a table had when another was asked for. */
  private final OwnRequests<TableId> asked = new OwnRequests<>();

  private final Recount recount;

  private int next;

  VanishedTables(DumpContext context) {
    this.context = context;
    this.recount = new Recount(context.outdated(), context.settings().epoch());
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
    for (DumpEntry dump : share(lastDumps(known))) {
      TableId table = dump.table();
      if (asked.isDue(table, dump.requestLsn(), table, known, context.nowMicros())
          && isLost(connection, dump)) {
        asked.ask(table, dump.requestLsn());
      }
    }
    List<TableId> lost = List.copyOf(asked.asking());
    // Not an initial one: beside a finished one that counts as asked for twice.
    return lost.isEmpty()
        ? List.of()
        : List.of(DumpRequest.own(lost, context.settings().run().token()));
  }

  /** The requests are in the WAL. */
  synchronized void emitted() {
    asked.emitted(context.nowMicros());
  }

  /**
   * The last finished dump of each table as a whole, if it wrote rows, so that the destination was
   * there at its end; without tables for which a dump is under way.
   */
  static List<DumpEntry> lastDumps(List<DumpEntry> known, long epoch) {
    Map<String, DumpEntry> last = new TreeMap<>();
    Set<TableId> pending = new HashSet<>();
    for (DumpEntry entry : known) {
      if (entry.epoch() != epoch || !entry.isDump() || !DumpScope.parse(entry.scope()).isAll()) {
        continue;
      }
      if (!entry.status().isOver()) {
        pending.add(entry.table());
      } else if (entry.status() == DumpEntry.Status.FINISHED) {
        last.merge(
            entry.table().toString(),
            entry,
            (one, other) ->
                Long.compareUnsigned(one.requestLsn(), other.requestLsn()) >= 0 ? one : other);
      }
    }
    return last.values().stream()
        .filter(entry -> entry.course().sums().rows() > 0 && !pending.contains(entry.table()))
        .toList();
  }

  private List<DumpEntry> lastDumps(List<DumpEntry> known) {
    return lastDumps(known, context.settings().epoch());
  }

  private List<DumpEntry> share(List<DumpEntry> dumps) {
    if (dumps.size() <= MOST_AT_ONCE) {
      return dumps;
    }
    List<DumpEntry> share = new ArrayList<>();
    for (int i = 0; i < MOST_AT_ONCE; i++) {
      share.add(dumps.get((next + i) % dumps.size()));
    }
    next = (next + MOST_AT_ONCE) % dumps.size();
    return share;
  }

  /** Whether what the dump wrote is not there any more. */
  private boolean isLost(DumpConnection connection, DumpEntry dump) throws InterruptedException {
    Optional<PublishedTable> table =
        connection.describe(context.settings().replication(), dump.table());
    Optional<TableMapping> current =
        table.flatMap(context.router()::route).flatMap(VanishedTables::current);
    if (current.isEmpty()) {
      return false;
    }
    try {
      return isGone(dump, current.get().destination())
          || isShort(dump, current.get().destination());
    } catch (WalbeamException e) {
      if (e.kind() == FailureKind.TRANSIENT) {
        throw e;
      }
      log.warn(
          "Nobody knows whether the destination of table {} is still there. {}",
          dump.table(),
          e.describe());
      return false;
    }
  }

  private boolean isGone(DumpEntry dump, DestinationTable destination) throws InterruptedException {
    long end = dump.course().finishedMicros() + CLOCKS.toMillis() * 1_000;
    if (context.outdated().existedBefore(destination, end)) {
      return false;
    }
    log.warn(
        "The destination of table {} was deleted since it was dumped, so it is dumped again.",
        dump.table());
    recount.expect(dump.table());
    return true;
  }

  private boolean isShort(DumpEntry dump, DestinationTable destination)
      throws InterruptedException {
    OptionalLong there = recount.missing(dump, destination);
    there.ifPresent(
        rows ->
            log.warn(
                "The destination of table {} was made anew and has {} of the {} rows that were"
                    + " dumped, so it is dumped again.",
                dump.table(),
                rows,
                dump.course().sums().rows()));
    return there.isPresent();
  }

  private static Optional<TableMapping> current(Route route) {
    return Optional.ofNullable(route.current());
  }
}
