package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PublicationStatements;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DumpEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out one ledger entry: describes the table, reads its chunks, removes what is left. */
final class TableDump {
  private static final Logger log = LoggerFactory.getLogger(TableDump.class);

  /** Why no further chunk is read. */
  enum Stop {
    /** Chunks are read until there is none. */
    NOT,
    /** The table was truncated after the request. */
    TRUNCATED,
    /** The table is gone, and what was in it. */
    GONE,
    /** The run ends; the dump goes on at the next start. */
    CLOSED
  }

  private final DumpContext context;
  private final DumpProgress progress;
  private final ChunkAttempts patience;
  private volatile Stop stopped = Stop.NOT;
  private volatile @Nullable TableReading reading;

  TableDump(DumpContext context, DumpProgress progress) {
    this.context = context;
    this.progress = progress;
    this.patience = new ChunkAttempts(context, progress.entry().table(), this::isStopped);
  }

  /** Reads no further chunk; {@link #run} returns soon after. Any thread. */
  synchronized void stop(Stop reason) {
    if (stopped != Stop.CLOSED) {
      stopped = reason;
    }
    TableReading current = reading;
    if (current != null) {
      current.stop();
    }
  }

  Stop stopped() {
    return stopped;
  }

  private boolean isStopped() {
    return stopped != Stop.NOT;
  }

  /**
   * Reads and writes the table.
   *
   * @param workers connections to read with
   * @throws WalbeamException if it has to be given up
   */
  void run(int workers) throws InterruptedException {
    try {
      DumpScope scope = DumpScope.parse(progress.entry().scope());
      Route route = read(scope, workers);
      if (!isStopped() && scope.isAll() && !scope.foreign()) {
        purge(route.current());
      } else if (!isStopped() && scope.namesKeys() && !scope.foreign()) {
        deleteBelow(route.current(), scope.keysBy(TableReading.keyNames(route)));
      }
    } catch (WalbeamException e) {
      TableId id = progress.entry().table();
      if (e.kind() != FailureKind.OPERATOR
          || isStopped()
          || ask("look for the table", any -> any.isTable(id))) {
        throw e;
      }
      stop(Stop.GONE);
    }
  }

  /** Reads and writes every row, by the description that the table had all the while. */
  private Route read(DumpScope scope, int workers) throws InterruptedException {
    TableId id = progress.entry().table();
    while (true) {
      PublishedTable table = describe(id);
      Route route = route(table);
      DumpScope bounds = canonical(table, scope);
      long ready = awaitVisible();
      Standby standby = awaitStandby(ready);
      boolean whole;
      if (standby == null) {
        whole = read(table, route, bounds, null, context.primary(), workers);
      } else {
        try (DumpConnection planner = context.openReader(standby)) {
          whole = read(table, route, bounds, standby, new Asking.Over(planner), workers);
        }
      }
      if (whole || isStopped()) {
        return route;
      }
      log.info("Table {} was altered while it was dumped; it is read again as it is now.", id);
      progress.startOver();
    }
  }

  private boolean read(
      PublishedTable table,
      Route route,
      DumpScope bounds,
      @Nullable Standby standby,
      Asking planner,
      int workers)
      throws InterruptedException {
    TableReading chunks =
        new TableReading(context, progress, patience, planner, table, route, standby);
    reading = chunks;
    return isStopped() || chunks.run(bounds, workers);
  }

  private PublishedTable describe(TableId id) throws InterruptedException {
    return patience
        .of("describe", () -> context.descriptions().of(id))
        .orElseThrow(
            () ->
                new WalbeamException(
                    FailureKind.OPERATOR,
                    "The table " + id + " is not in the publication.",
                    "Add it: "
                        + PublicationStatements.add(context.settings().publication(), List.of(id))
                        + "."));
  }

  private Route route(PublishedTable table) {
    return context
        .router()
        .route(table)
        .orElseThrow(
            () ->
                new WalbeamException(
                    FailureKind.OPERATOR,
                    "The table " + table.relation().table() + " is left out by the options.",
                    "Correct --tables or --excludeTables."));
  }

  /** Bounds as PostgreSQL writes them, each of its column's type. */
  private DumpScope canonical(PublishedTable table, DumpScope scope) throws InterruptedException {
    return scope.within(canonical(table, scope.keyFrom()), canonical(table, scope.keyTo()));
  }

  private List<String> canonical(PublishedTable table, List<String> bound)
      throws InterruptedException {
    List<String> key = table.primaryKey();
    if (!bound.isEmpty() && key.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "Table " + table.relation().table() + " has no primary key, which a key bound is of.",
          "Ask for the whole table.");
    }
    if (!bound.isEmpty() && bound.size() != key.size()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "A key bound has " + bound.size() + " values, the primary key " + key.size() + ".",
          "Give a value for each column of the primary key, in its order.");
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < bound.size(); i++) {
      String value = bound.get(i);
      String type = columnType(table, key.get(i));
      texts.add(ask("read a key bound", any -> any.canonical(type, value)));
    }
    return texts;
  }

  private static String columnType(PublishedTable table, String column) {
    for (int i = 0; i < table.columnTypes().size(); i++) {
      if (table.relation().columns().get(i).name().equals(column)) {
        return table.columnTypes().get(i);
      }
    }
    throw new WalbeamException(
        FailureKind.OPERATOR,
        "The publication leaves out primary-key columns of table " + table.relation().table() + ".",
        "Ask for the whole table.");
  }

  /**
   * A transaction that committed before the request may not be visible yet, and one that began
   * before the table was published has changes that the stream never carries: both have ended once
   * the oldest running transaction is one that began after this moment.
   *
   * @return end of the WAL after that
   */
  private long awaitVisible() throws InterruptedException {
    VisibleRequests visible = context.visible();
    OptionalLong known = visible.ready(progress.entry().requestLsn());
    if (known.isPresent()) {
      return known.getAsLong();
    }
    long latest = context.requests().latestRequest();
    long next = ask("read the running transactions", DumpConnection::nextTransaction);
    patience.await(
        "the dump begins when the transactions that are older than it have ended.",
        () -> ask("read the running transactions", DumpConnection::oldestTransaction) >= next);
    long ready = ask("make the WAL durable", DumpConnection::awaitDurable);
    if (!isStopped()) {
      visible.ended(latest, ready);
    }
    return ready;
  }

  private <T> T ask(String what, Asking.Question<T> question) throws InterruptedException {
    return patience.of(what, () -> context.primary().ask(question));
  }

  /**
   * Waits for the standby to replay what the dump is to see.
   *
   * @return null if rows are read from the primary
   */
  private @Nullable Standby awaitStandby(long ready) throws InterruptedException {
    if (!context.readsElsewhere()) {
      return null;
    }
    String ask = "ask for the server's identity";
    String systemIdentifier = ask(ask, DumpConnection::role).systemIdentifier();
    Standby standby = new Standby(progress.entry().table(), systemIdentifier, ready);
    try (DumpConnection asked = context.openReader(null)) {
      patience.await(
          "the dump begins when the standby of --snapshotUrl has replayed the request.",
          () -> standby.isReady(patience.of("ask the standby of --snapshotUrl", asked::role)));
    }
    return standby;
  }

  /**
   * Whether BigQuery's table may have rows that the source has not, though it is dumped for the
   * first time: it was there before, or the stream brought rows of a table that had the name until
   * it was dropped or renamed, which says nothing of its rows. All that is before the request was
   * read before the request was.
   */
  private boolean mayHaveOthers(TableMapping current, DumpEntry entry) throws InterruptedException {
    return context.described().hadAnother(current.relation())
        || context
            .outdated()
            .existedBefore(current.destination(), entry.order().point().commitMicros());
  }

  /** Everything that the source has was written at the request's position or later. */
  private void purge(@Nullable TableMapping current) throws InterruptedException {
    DumpEntry entry = progress.entry();
    if (current == null
        || (entry.kind() == DumpEntry.Kind.INITIAL && !mayHaveOthers(current, entry))) {
      return;
    }
    awaitConfirmed();
    if (isStopped()) {
      return;
    }
    long deleted = context.purge().run(order(current));
    if (deleted > 0) {
      log.info(
          "Deleted {} rows of {} that table {} no longer has.",
          deleted,
          current.destination().name(),
          entry.table());
    }
  }

  /**
   * Deletes the rows of some keys below what was written: of those that the source has the row
   * stays, because its position is higher.
   */
  private void deleteBelow(@Nullable TableMapping current, List<List<String>> keys)
      throws InterruptedException {
    if (current == null) {
      return;
    }
    awaitConfirmed();
    if (!isStopped()) {
      context.purge().delete(order(current), keys);
    }
  }

  /** A batch from before the request that is still to be written could bring a row back. */
  private void awaitConfirmed() throws InterruptedException {
    // Waiting may take long, and what is written so far need not be read again.
    progress.flush();
    long request = progress.entry().requestLsn();
    patience.await(
        "the dump ends when everything from before its request is written.",
        () -> Long.compareUnsigned(context.confirmedLsn(), request) > 0);
    TableId table = progress.entry().table();
    patience.await(
        "the dump ends when nothing of the process that dumped before can arrive any more.",
        () -> context.handover().isOver(table, System.nanoTime()));
  }

  private Purge.Order order(TableMapping current) {
    DumpEntry entry = progress.entry();
    return new Purge.Order(
        current,
        new ChangePosition(entry.epoch(), entry.requestLsn(), 0, DumpWriter.ROW_N),
        new ChangePosition(entry.epoch(), entry.requestLsn(), 0, 0),
        entry.order().point().commitMicros(),
        Operation.DELETE,
        Long.MAX_VALUE);
  }
}
