package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PublicationStatements;
import io.walbeam.postgres.PublishedShapes;
import io.walbeam.postgres.TableShape;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.SchemaChange;
import io.walbeam.sink.SchemaChange.Done;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what was done to published tables, writes it down, and asks for a dump of those whose
 * rows may differ now. What is remembered is in the destination, so that changes while nothing runs
 * are noticed too. Used by one thread at a time.
 *
 * <p>Any dump of the whole table that was asked for after a change was noticed settles it, whoever
 * asked, so changes in quick succession lead to one dump.
 */
final class SchemaWatch {
  private static final Logger log = LoggerFactory.getLogger(SchemaWatch.class);

  /** Without another change of the table before it is dumped: a migration has many statements. */
  static final Duration QUIET = Duration.ofSeconds(30);

  private final DumpContext context;
  private final AtomicLong version;
  private final DescribedShapes described;
  private final SeenShapes seen = new SeenShapes();

  /** The last change of each table, which holds what is known of it. */
  private final Map<TableId, SchemaChange> latest = new HashMap<>();

  /** The last change of each table that a dump is to settle. */
  private final Map<TableId, SchemaChange> unsettled = new HashMap<>();

  /** When it was noticed by this process, nanoseconds. */
  private final Map<TableId, Long> noticed = new HashMap<>();

  /** The reason is the position of the change. */
  private final OwnRequests<TableId> asked = new OwnRequests<>();

  private final SchemaNotices notices;

  private boolean loaded;

  /**
   * @param version of the destination's rows, ascending
   * @param described what the stream says of tables
   */
  SchemaWatch(DumpContext context, AtomicLong version, DescribedShapes described) {
    this.described = described;
    this.context = context;
    this.notices = new SchemaNotices(context.settings().publication(), context.tables().place());
    this.version = version;
  }

  /**
   * Compares the catalogue with what is remembered.
   *
   * @param dumps every ledger entry
   * @return why the run shall end for what was found, empty if it shall not; the next run goes on
   */
  Optional<WalbeamException> look(DumpConnection connection, List<DumpEntry> dumps)
      throws InterruptedException {
    load();
    // Before the catalogue is read, so that it has whatever they tell of.
    Map<Long, Map<DescribedTable, Long>> told = described.takeAll();
    boolean done = false;
    try {
      List<SchemaChange> changes = notice(connection, told, dumps);
      done = true;
      return SchemaNotices.stopped(changes);
    } finally {
      if (!done) {
        described.giveBack(told);
      }
    }
  }

  /**
   * Compares, writes down and says.
   *
   * @param told what the stream said since the last look, by object identifier
   */
  private List<SchemaChange> notice(
      DumpConnection connection, Map<Long, Map<DescribedTable, Long>> told, List<DumpEntry> dumps)
      throws InterruptedException {
    PublishedShapes read = connection.shapes(context.settings().replication());
    Map<TableId, TableShape> published = new HashMap<>();
    for (TableShape shape : read.shapes()) {
      if (context.settings().tables().matches(shape.table())) {
        published.put(shape.table(), shape);
      }
    }
    published.values().forEach(notices::generated);
    List<SchemaChange> changes = new ArrayList<>();
    List<SchemaChange> silent = new ArrayList<>();
    published.forEach((table, shape) -> compare(read.position(), table, shape, changes, silent));
    for (SchemaChange known : List.copyOf(latest.values())) {
      if (!known.after().isEmpty() && !published.containsKey(known.table())) {
        changes.add(gone(connection, read.position(), known));
      }
    }
    for (TableShape shape : published.values()) {
      Map<DescribedTable, Long> since = told.getOrDefault(shape.oid(), Map.of());
      Map<String, Integer> types = read.types().getOrDefault(shape.oid(), Map.of());
      compareDescribed(shape, types, since, changes, dumps);
    }
    described.expect(
        published.values().stream()
            .collect(Collectors.toMap(TableShape::oid, SeenShapes::names, (one, other) -> one)));
    if (!changes.isEmpty() || !silent.isEmpty()) {
      List<SchemaChange> rows = new ArrayList<>(changes);
      rows.addAll(silent);
      context.schemaChanges().write(rows, version.incrementAndGet());
    }
    silent.forEach(change -> latest.put(change.table(), change));
    for (SchemaChange change : changes) {
      learn(change);
      if (change.done() == Done.DUMP) {
        noticed.put(change.table(), System.nanoTime());
      }
      notices.say(change);
    }
    return changes;
  }

  private void load() throws InterruptedException {
    if (loaded) {
      return;
    }
    for (SchemaChange change : context.schemaChanges().read(context.settings().slot())) {
      // In another epoch every table is dumped anew, at positions that cannot be compared.
      if (change.epoch() == context.settings().epoch() && change.done() != Done.CAPTURED) {
        learn(change);
      }
    }
    loaded = true;
  }

  private void learn(SchemaChange change) {
    latest.merge(change.table(), change, SchemaWatch::later);
    seen.learn(change);
    if (change.done() != Done.NOTHING) {
      unsettled.merge(change.table(), change, SchemaWatch::later);
    }
  }

  private static SchemaChange later(SchemaChange known, SchemaChange next) {
    return Long.compareUnsigned(next.position(), known.position()) < 0 ? known : next;
  }

  private void compare(
      long position,
      TableId table,
      TableShape shape,
      List<SchemaChange> changes,
      List<SchemaChange> silent) {
    SchemaChange last = latest.get(table);
    if (last == null) {
      KnownShape now = new KnownShape(shape, Set.of());
      changes.add(change(position, table, "", now.toJson(), "seen for the first time", Done.SEEN));
      return;
    }
    Optional<KnownShape> known = KnownShape.parse(table, last.after());
    if (known.isEmpty()) {
      KnownShape now = new KnownShape(shape, Set.of());
      Done done = done(shape, true);
      changes.add(change(position, table, "", now.toJson(), "published again", done));
      return;
    }
    ShapeComparison.Difference difference = ShapeComparison.of(known.get(), shape);
    String now = difference.now().toJson();
    if (!difference.what().isEmpty()) {
      Done done = done(shape, difference.values());
      changes.add(change(position, table, last.after(), now, difference.what(), done));
    } else if (!now.equals(last.after())) {
      silent.add(last.nowKnownAs(now));
    }
  }

  /**
   * Looks at what the stream described between two looks, once the catalogue was compared.
   *
   * @param types object identifiers of the columns' types
   * @param since what was described
   * @param changes what this look has noticed
   */
  private void compareDescribed(
      TableShape shape,
      Map<String, Integer> types,
      Map<DescribedTable, Long> since,
      List<SchemaChange> changes,
      List<DumpEntry> dumps) {
    TableId table = shape.table();
    SchemaChange last = latest.get(table);
    boolean concerned =
        changes.stream()
            .anyMatch(change -> change.table().equals(table) && change.done() != Done.NOTHING);
    if (since.isEmpty() || last == null || concerned) {
      return;
    }
    long known = last.position();
    Optional<KnownShape> before = KnownShape.parse(table, last.after());
    for (SchemaChange change : changes) {
      if (change.table().equals(table)) {
        seen.learn(change);
        last = change;
      }
    }
    Optional<Long> renamed = seen.lastUnseen(table, since);
    Optional<Long> elsewhere =
        before.flatMap(one -> BetweenLooks.last(since, known, one.shape(), shape, types));
    Optional<Long> unseen =
        Stream.of(renamed, elsewhere).flatMap(Optional::stream).max(Long::compareUnsigned);
    if (unseen.isEmpty() || Long.compareUnsigned(unseen.get(), covered(table)) <= 0) {
      return;
    }
    SchemaChange change =
        change(
            unseen.get(),
            table,
            last.after(),
            last.after(),
            elsewhere.isEmpty()
                ? "rows came under other names of columns, between two looks"
                : "rows came under another name, by another key or with other types, between two"
                    + " looks",
            done(shape, true));
    if (dumps.stream().noneMatch(entry -> settles(entry, change))) {
      changes.add(change);
    }
  }

  /** Up to where a dump is on its way, or was left to a person. */
  private long covered(TableId table) {
    SchemaChange open = unsettled.get(table);
    return open == null ? 0 : open.position();
  }

  private Done done(TableShape shape, boolean values) {
    // Without a key there is only a changelog, and that stays as it came.
    if (!values || shape.key().isEmpty()) {
      return Done.NOTHING;
    }
    SchemaPolicy policy = context.settings().options().schemas();
    return switch (policy.reaction()) {
      case CONVERGE -> shape.rows() > policy.limit() ? Done.WARNED : Done.DUMP;
      case WARN -> Done.WARNED;
      case STOP -> Done.STOPPED;
      case NOTE -> Done.NOTHING;
    };
  }

  private SchemaChange gone(DumpConnection connection, long position, SchemaChange known)
      throws InterruptedException {
    TableId table = known.table();
    if (connection.isTable(table)) {
      log.warn(
          "Table {} is not published any more, so its rows in {} stay as they are. If another table"
              + " took its name, publish that: {};",
          table,
          context.tables().place(),
          PublicationStatements.add(context.settings().publication(), List.of(table)));
    } else {
      log.info(
          "Table {} is gone; its rows in {} stay as they are.", table, context.tables().place());
    }
    return change(position, table, known.after(), "", "not published any more", Done.NOTHING);
  }

  private SchemaChange change(
      long position, TableId table, String before, String after, String what, Done done) {
    return new SchemaChange(
        context.settings().slot(),
        context.settings().epoch(),
        position,
        context.nowMicros(),
        table,
        before,
        after,
        what,
        "",
        done);
  }

  /**
   * Contents of the requests that are due.
   *
   * @param known every ledger entry
   * @param quiet how long a table must have stayed as it is
   */
  List<String> requests(List<DumpEntry> known, Duration quiet) {
    asked.begin();
    unsettled.values().removeIf(change -> isSettled(change, known));
    List<TableId> due = new ArrayList<>();
    for (SchemaChange change : unsettled.values()) {
      TableId table = change.table();
      Long last = noticed.get(table);
      boolean rests = last == null || System.nanoTime() - last >= quiet.toNanos();
      boolean isPublished = !latest.getOrDefault(table, change).after().isEmpty();
      if (change.done() == Done.DUMP && rests && isPublished && isDue(change, known)) {
        due.add(table);
        asked.ask(table, change.position());
      }
    }
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < due.size(); i += NewTables.TABLES_PER_REQUEST) {
      requests.add(
          DumpRequest.own(
              due.subList(i, Math.min(due.size(), i + NewTables.TABLES_PER_REQUEST)),
              context.settings().run().token()));
    }
    return requests;
  }

  /** The requests are in the WAL. */
  void emitted() {
    asked.emitted(context.nowMicros());
  }

  private boolean isDue(SchemaChange change, List<DumpEntry> known) {
    TableId table = change.table();
    return asked.isDue(table, change.position(), table, known, context.nowMicros());
  }

  /** Tables that are to be dumped, and that nobody has asked a dump of yet. */
  List<TableId> waiting(List<DumpEntry> known) {
    return unsettled.values().stream()
        .filter(change -> change.done() == Done.DUMP && !isSettled(change, known))
        .filter(change -> isDue(change, known))
        .map(SchemaChange::table)
        .toList();
  }

  private static boolean isSettled(SchemaChange change, List<DumpEntry> known) {
    return change.done() == Done.SEEN || known.stream().anyMatch(entry -> settles(entry, change));
  }

  private static boolean settles(DumpEntry entry, SchemaChange change) {
    if (!entry.isDump()
        || entry.epoch() != change.epoch()
        || !entry.table().equals(change.table())
        || entry.status() == Status.FAILED
        || entry.status() == Status.REFUSED
        || Long.compareUnsigned(entry.requestLsn(), change.position()) <= 0) {
      return false;
    }
    DumpScope scope = DumpScope.parse(entry.scope());
    return scope.isAll() && !scope.foreign();
  }
}
