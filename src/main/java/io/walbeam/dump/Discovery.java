package io.walbeam.dump;

import io.walbeam.change.MessagePrefix;
import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.MessageEmitter;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the reasons for dumps and asks for these in the WAL, which says when they count: tables
 * that were never dumped, destinations that vanished, tables that changed or were let go, requests
 * of people. One thread at a time, but {@link #ended} and what is let go.
 */
final class Discovery {
  private static final Logger log = LoggerFactory.getLogger(Discovery.class);

  /** Between two looks at the destinations of dumped tables, a call for each. */
  private static final Duration VANISHED_INTERVAL = Duration.ofMinutes(10);

  /** Class of the letters of what a table missed. */
  private static final String LET_GO = ErrorClass.LET_GO.label();

  private final DumpContext context;
  private final DumpQueue queue;
  private final AtomicLong version;
  private final NewTables newTables;
  private final VanishedTables vanished;
  private final SchemaWatch schemas;
  private final LetGoTables letGo;

  /** Requests of the destination that are in the WAL. */
  private final Set<String> carried = new HashSet<>();

  /** What was said of what is looked at again and again. */
  private final Set<String> told = new HashSet<>();

  private long lookedForVanished;

  private volatile @Nullable WalbeamException ended;

  /**
   * @param version of what this process notes
   * @param described what the stream says of tables
   */
  Discovery(DumpContext context, DumpQueue queue, AtomicLong version, DescribedShapes described) {
    this.context = context;
    this.queue = queue;
    this.version = version;
    DumpSettings settings = context.settings();
    this.newTables = new NewTables(context);
    this.vanished = new VanishedTables(context);
    this.letGo =
        new LetGoTables(
            context.letGo(),
            settings.tables(),
            settings.run().token(),
            this::missingKeys,
            context.clock());
    this.schemas = new SchemaWatch(context, version, described);
  }

  /**
   * The first look, whose failure is the start's.
   *
   * @throws WalbeamException of kind TRANSIENT if it is worth another try
   */
  void start(MessageEmitter emitter) throws InterruptedException {
    try (DumpConnection connection = context.openPrimary()) {
      // One clock for all hosts: with a late one of its own, notes of this process would all lose.
      version.set(connection.clockMicros());
      tend(connection);
      // Before anything is asked for, so that it covers what is noticed.
      Optional<WalbeamException> stopped = schemas.look(connection, queue.all());
      if (stopped.isPresent()) {
        throw stopped.get();
      }
      if (context.settings().options().initial()) {
        announce(connection, emitter);
        askForVanished(connection, emitter);
      }
    }
    carryOver(emitter);
    boolean ends = context.settings().run().stopAtNow();
    askForChanged(emitter, ends ? Duration.ZERO : SchemaWatch.QUIET);
    askForLetGo(emitter, true);
  }

  /** Looks for whatever there is a reason to dump, and asks for it; a failure is tried again. */
  void look(DumpConnection connection) throws InterruptedException {
    tend(connection);
    lookAtSchemas(connection);
    MessageEmitter emitter = connection::emit;
    attempt("requests in the destination", () -> carryOver(emitter));
    if (context.settings().options().initial()) {
      attempt("new tables", () -> announce(connection, emitter));
      if (System.nanoTime() - lookedForVanished >= VANISHED_INTERVAL.toNanos()) {
        attempt("tables that are gone", () -> askForVanished(connection, emitter));
      }
    }
    attempt("tables that changed", () -> askForChanged(emitter, SchemaWatch.QUIET));
    attempt("tables that were let go", () -> askForLetGo(emitter, false));
    if (queue.hasWork()) {
      attempt(
          "sizes of tables", () -> queue.pages(connection.pages(context.settings().publication())));
    }
  }

  /** One of several reasons to dump. */
  @FunctionalInterface
  private interface Step {
    void run() throws InterruptedException;
  }

  /** What fails keeps no other reason from being looked for. */
  private void attempt(String what, Step step) throws InterruptedException {
    try {
      step.run();
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.TRANSIENT && told.add(e.describe())) {
        log.warn("Looking for {} failed; it is tried again. {}", what, e.describe());
      }
      log.debug("Looking for {} failed; it is tried again", what, e);
    }
  }

  /** Before the look for new tables: what joins the publication now is dumped at once. */
  private void tend(DumpConnection connection) throws InterruptedException {
    ReplicationSettings replication = context.settings().replication();
    try {
      boolean unused =
          connection.tend(
              replication.publication(),
              context.settings().tables(),
              replication.publishNewTables());
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.TRANSIENT && told.add(e.describe())) {
        log.warn("The publication stays as it is for now. {}", e.describe());
      }
      log.debug("The publication stays as it is for now", e);
    }
  }

  /** Notices what became of tables; asks for nothing. */
  void lookAtSchemas(DumpConnection connection) throws InterruptedException {
    try {
      schemas.look(connection, queue.all()).ifPresent(reason -> ended = reason);
    } catch (WalbeamException e) {
      if (e.kind() == FailureKind.TRANSIENT) {
        log.debug("Looking at the schemas of tables failed; it is tried again.", e);
      } else {
        log.warn(
            "The schemas of tables could not be compared; it is tried again. {}", e.describe());
      }
    }
  }

  /** Asks for dumps of the tables and partitions that were never dumped. */
  private void announce(DumpConnection connection, MessageEmitter emitter)
      throws InterruptedException {
    for (String request : newTables.requests(connection, queue.all())) {
      emitter.emit(MessagePrefix.DUMP_REQUEST, request);
    }
    newTables.emitted();
  }

  private void askForVanished(DumpConnection connection, MessageEmitter emitter)
      throws InterruptedException {
    for (String request : vanished.requests(connection, queue.all())) {
      emitter.emit(MessagePrefix.DUMP_REQUEST, request);
    }
    vanished.emitted();
    lookedForVanished = System.nanoTime();
  }

  /** Asks for dumps of the tables whose rows may differ since they changed. */
  private void askForChanged(MessageEmitter emitter, Duration quiet) throws InterruptedException {
    for (String request : schemas.requests(queue.all(), quiet)) {
      emitter.emit(MessagePrefix.DUMP_REQUEST, request);
    }
    schemas.emitted();
  }

  /** Puts what people asked for in the destination into the WAL, which says when it counts. */
  private void carryOver(MessageEmitter emitter) throws InterruptedException {
    Set<String> known = new HashSet<>(carried);
    queue.all().forEach(entry -> known.add(DumpScope.parse(entry.scope()).asked()));
    for (AskedDump asked : context.ledger().asked(context.settings().slot())) {
      if (!asked.id().isEmpty() && known.add(asked.id())) {
        Optional<String> request =
            DumpRequest.carried(asked.request(), asked.id(), context.settings().run().token());
        if (request.isPresent()) {
          emitter.emit(MessagePrefix.DUMP_REQUEST, request.get());
        } else {
          log.warn("The request {} is not understood and skipped.", asked.id());
        }
        carried.add(asked.id());
      }
    }
  }

  /** Asks for dumps of tables that were let go and may have come back. */
  private void askForLetGo(MessageEmitter emitter, boolean atOnce) throws InterruptedException {
    settleLetGo();
    for (String request : letGo.requests(queue.all(), atOnce)) {
      emitter.emit(MessagePrefix.DUMP_REQUEST, request);
    }
    letGo.emitted();
  }

  /**
   * What the dead letters of a table that was let go name. They are complete up to what is
   * confirmed: the ledger is told first, then a letter is written, then its change is confirmed.
   */
  private Optional<List<String>> missingKeys(TableId table, long until)
      throws InterruptedException {
    if (Long.compareUnsigned(context.confirmedLsn(), until) <= 0) {
      return Optional.empty();
    }
    try {
      return context.openKeys().of(table, Optional.of(LET_GO), DumpRequest.MOST_LETTERS);
    } catch (WalbeamException e) {
      if (e.kind() == FailureKind.TRANSIENT) {
        throw e;
      }
      log.debug("The keys of dead letters cannot be read; the whole table is dumped.", e);
      return Optional.empty();
    }
  }

  /** Notes which tables have come back. Whoever notes it again changes nothing. */
  void settleLetGo() throws InterruptedException {
    for (DumpEntry entry : LetGoTables.settled(queue.all())) {
      DumpEntry over = entry.over(Status.SUPERSEDED, context.nowMicros(), "");
      context.ledger().write(List.of(over), LetGoEntry.until(entry));
      queue.put(over);
      log.info("Table {} has come back: what it missed is dumped.", entry.table());
    }
  }

  /** The tables of which changes are missing. */
  List<LetGoTable> letGo() {
    List<DumpEntry> known = queue.all();
    List<DumpEntry> settled = LetGoTables.settled(known);
    return letGo.open(known).stream()
        .filter(entry -> !settled.contains(entry))
        .map(LetGoEntry::read)
        .toList();
  }

  /**
   * A dump or a truncation could not be written: all of its table is missing up to there. What one
   * of dead letters' keys would have brought is missing already, and the letters are open.
   */
  void letGo(DumpEntry entry, LetGoException reason) throws InterruptedException {
    if (entry.isDump() && !DumpScope.parse(entry.scope()).letters().isEmpty()) {
      return;
    }
    DumpEntry missing =
        LetGoEntry.of(
            context.settings().slot(),
            new LetGoTable(
                entry.table(),
                reason.destination(),
                entry.epoch(),
                entry.requestLsn(),
                entry.requestLsn(),
                entry.order().point().commitMicros(),
                0,
                true,
                reason.refusal().describe()));
    context.ledger().write(List.of(missing), LetGoEntry.until(missing));
    queue.learn(List.of(missing));
  }

  /** A change that came too late for this run is remembered for the next one. */
  void sayWhatWaits() {
    List<TableId> waiting = schemas.waiting(queue.all());
    if (!waiting.isEmpty()) {
      log.warn("Tables that changed lately are dumped by the next run: {}.", waiting);
    }
  }

  /** Why the run is to end, empty if it is not. */
  Optional<WalbeamException> ended() {
    return Optional.ofNullable(ended);
  }
}
