package io.walbeam.dump;

import io.walbeam.change.MessagePrefix;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.MessageEmitter;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dumps while this process reads the slot: asks for tables that were never dumped, begins what
 * is due, keeps the ledger. Whoever reads the slot next makes a new one, which goes on from the
 * ledger with higher versions, so late notes of this one lose. Thread-safe.
 */
final class DumpShift implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DumpShift.class);

  /** Between two looks at what is due, at the latest. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** Nothing that a grant or time mends ends the dumps. */
  private static final RetryPolicy MENDING =
      new RetryPolicy(
          Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ZERO);

  /** For a chunk that is being written to be given up. */
  private static final long CLOSE_MILLIS = 10_000;

  /** Between two looks at the destinations of dumped tables, a call for each. */
  private static final Duration VANISHED_INTERVAL = Duration.ofMinutes(10);

  private final DumpContext context;
  private final ExecutorService executor;
  private final NewTables newTables;
  private final VanishedTables vanished;
  private final SchemaWatch schemas;
  private final LetGoTables letGo;
  private final DescribedShapes described;
  private final AtomicLong version;
  private final DumpQueue queue;
  private final Thread thread;

  /** Requests of the destination that are in the WAL. One thread at a time. */
  private final Set<String> carried = new HashSet<>();

  /** What was said of the publication: it is looked at again and again. One thread at a time. */
  private final Set<String> told = new HashSet<>();

  /** One thread at a time. */
  private long lookedForVanished;

  private volatile @Nullable WalbeamException ended;

  // Guarded by this.
  private boolean loaded;
  private boolean lastLook;
  private boolean lastLookWanted;

  /**
   * @param described what the stream says of tables
   */
  DumpShift(
      DumpSettings settings, DumpContext.Ends ends, DumpMeter meter, DescribedShapes described) {
    this.described = described;
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread worker = new Thread(task, "walbeam-dump-" + number.incrementAndGet());
              worker.setDaemon(true);
              return worker;
            });
    this.version = new AtomicLong(ChronoUnit.MICROS.between(Instant.EPOCH, ends.clock().instant()));
    this.queue = new DumpQueue(settings.epoch(), settings.options().parallelism());
    this.context = new DumpContext(settings, ends, executor, meter, queue, described, version);
    this.newTables = new NewTables(context);
    this.vanished = new VanishedTables(context);
    this.letGo =
        new LetGoTables(
            ends.waiting().letGo(), settings.tables(), settings.run().token(), ends.clock());
    this.schemas = new SchemaWatch(context, version, described);
    this.thread = new Thread(this::run, "walbeam-dumps");
    thread.setDaemon(true);
  }

  /**
   * Asks for the tables that were never dumped, and begins what is not finished.
   *
   * @throws WalbeamException of kind TRANSIENT if it is worth another try
   */
  void start(MessageEmitter emitter) throws InterruptedException {
    load();
    try (DumpConnection connection = context.openPrimary()) {
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
    thread.start();
  }

  /** Gives up connections to PostgreSQL that were not used for so long. */
  void closeIdle(Duration idle) {
    context.closeIdle(idle);
  }

  /** These were made durable; they begin soon. */
  void learn(List<DumpEntry> requested) {
    queue.learn(requested);
  }

  /** A truncation makes the dumps of the table needless: what is there now comes by the stream. */
  private void truncated(TableId table, long commitLsn) throws InterruptedException {
    // Again until none waits: one of them may begin just now.
    for (List<DumpEntry> waiting = queue.stopBefore(table, commitLsn);
        !waiting.isEmpty();
        waiting = queue.stopBefore(table, commitLsn)) {
      for (DumpEntry entry : waiting) {
        supersede(entry);
      }
    }
    queue.awaitStopped(table, commitLsn);
  }

  /** See {@link Dumps#awaitAll}. */
  void awaitAll() throws InterruptedException {
    while (!queue.awaitIdle(context.pace().poll())) {
      endIfParked();
    }
    queue.throwFailures();
  }

  /** See {@link Dumps#isOver}. */
  boolean isOver() {
    queue.throwFailures();
    endIfParked();
    synchronized (this) {
      if (!lastLook) {
        lastLook = true;
        lastLookWanted = true;
        queue.signal();
      }
      return queue.isClosed() || (!lastLookWanted && !queue.hasWork());
    }
  }

  DumpsOverview overview() {
    return queue.overview(context.meter());
  }

  private void endIfParked() {
    context.end().throwIfParked("a dump is not finished", table -> true);
  }

  /** Ends everything; what is unfinished goes on at the next start. */
  @Override
  public void close() {
    queue.close();
    executor.shutdownNow();
    thread.interrupt();
    try {
      thread.join(CLOSE_MILLIS);
      if (!thread.isAlive()) {
        sayWhatWaits();
      }
      if (!executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        log.warn("A dump does not end; its connections are closed.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      context.closeConnections();
    }
  }

  /** A change that came too late for this run is remembered for the next one. */
  private void sayWhatWaits() {
    List<TableId> waiting = schemas.waiting(queue.all());
    if (!waiting.isEmpty()) {
      log.warn("Tables that changed lately are dumped by the next run: {}.", waiting);
    }
  }

  private void load() throws InterruptedException {
    synchronized (this) {
      if (loaded && context.pace().reread().isZero()) {
        return;
      }
    }
    List<DumpEntry> known = context.ledger().read(context.settings().slot());
    queue.learn(known);
    synchronized (this) {
      loaded = true;
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

  /** Asks for dumps of tables that were let go and may have come back. */
  private void askForLetGo(MessageEmitter emitter, boolean atOnce) throws InterruptedException {
    settleLetGo();
    for (String request : letGo.requests(queue.all(), atOnce)) {
      emitter.emit(MessagePrefix.DUMP_REQUEST, request);
    }
    letGo.emitted();
  }

  /** Notes which tables have come back. Whoever notes it again changes nothing. */
  private void settleLetGo() throws InterruptedException {
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

  /** A dump or a truncation could not be written: all of its table is missing up to there. */
  private void letGo(DumpEntry entry, LetGoException reason) throws InterruptedException {
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
                true,
                reason.refusal().describe()));
    context.ledger().write(List.of(missing), LetGoEntry.until(missing));
    queue.learn(List.of(missing));
  }

  private void run() {
    try (Retry retry =
        new Retry(
            MENDING, Pauses.UNTIL_INTERRUPTED, context.stalls().of(context.ledger().name()))) {
      while (!queue.isClosed()) {
        try (DumpConnection watcher = context.openPrimary()) {
          watch(watcher, retry);
        } catch (WalbeamException e) {
          awaitMending(retry, e);
        } catch (RuntimeException e) {
          if (!queue.isClosed()) {
            log.error(
                "Dumps failed unexpectedly; the stream goes on, and they are tried again.", e);
          }
          awaitMending(retry, WalbeamException.of(e, "Dumps failed unexpectedly."));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitMending(Retry retry, WalbeamException problem) throws InterruptedException {
    if (!queue.isClosed()) {
      log.debug("Cause", problem);
      boolean passes = problem.kind() == FailureKind.TRANSIENT;
      boolean unused =
          retry.pause(passes ? FailureKind.TRANSIENT : FailureKind.OPERATOR, problem.describe());
    }
  }

  /** Returns once closed. */
  private void watch(DumpConnection watcher, Retry retry) throws InterruptedException {
    Duration pause =
        context.pace().discovery().compareTo(LONGEST_PAUSE) < 0
            ? context.pace().discovery()
            : LONGEST_PAUSE;
    if (retry.failing()) {
      // Whatever failed is done again before the stall is over.
      discover(watcher);
      reload();
    }
    begin();
    retry.succeeded();
    long looked = System.nanoTime();
    long reread = System.nanoTime();
    while (queue.awaitChange(pause)) {
      if (described.takeLookWanted() || isDue(looked, context.pace().discovery())) {
        looked = System.nanoTime();
        discover(watcher);
      }
      if (isLastLookWanted()
          || (!context.pace().reread().isZero() && isDue(reread, context.pace().reread()))) {
        reread = System.nanoTime();
        reload();
      }
      begin();
    }
  }

  private synchronized boolean isLastLookWanted() {
    return lastLookWanted;
  }

  private void reload() throws InterruptedException {
    boolean last = isLastLookWanted();
    load();
    synchronized (this) {
      lastLookWanted &= !last;
    }
  }

  private static boolean isDue(long since, Duration interval) {
    return System.nanoTime() - since >= interval.toNanos();
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

  /** Looks for tables and partitions that came to the publication. */
  private void discover(DumpConnection connection) throws InterruptedException {
    tend(connection);
    watchSchemas(connection);
    try {
      carryOver(connection::emit);
      if (context.settings().options().initial()) {
        announce(connection, connection::emit);
        if (isDue(lookedForVanished, VANISHED_INTERVAL)) {
          askForVanished(connection, connection::emit);
        }
      }
      askForChanged(connection::emit, SchemaWatch.QUIET);
      askForLetGo(connection::emit, false);
      if (queue.hasWork()) {
        queue.pages(connection.pages(context.settings().publication()));
      }
    } catch (WalbeamException e) {
      log.debug("Looking for new tables failed; it is tried again.", e);
    }
  }

  private void watchSchemas(DumpConnection connection) throws InterruptedException {
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

  /** Why the run is to end, empty if it is not. */
  Optional<WalbeamException> ended() {
    return Optional.ofNullable(ended);
  }

  /** Begins what may begin now; truncations need no connection of the dumps' share. */
  private void begin() throws InterruptedException {
    for (DumpEntry truncation : queue.takeTruncations()) {
      executor.execute(
          new TruncationRun(context, queue, version, this::truncated, this::letGo, truncation));
    }
    for (Optional<DumpQueue.Next> next = queue.next(); next.isPresent(); next = queue.next()) {
      if (queue.isDuplicate(next.get().entry())) {
        supersede(next.get().entry());
      } else {
        launch(next.get().entry(), next.get().workers());
      }
    }
  }

  private void supersede(DumpEntry entry) throws InterruptedException {
    DumpEntry over = entry.over(Status.SUPERSEDED, context.nowMicros(), "");
    context.notes().await(context.notes().add(over));
    queue.put(over);
  }

  private void launch(DumpEntry entry, int workers) {
    DumpProgress progress = new DumpProgress(context, entry);
    DumpRun run = new DumpRun(new TableDump(context, progress), progress, this::letGo);
    if (queue.begin(run)) {
      executor.execute(() -> carryOut(run, workers));
    }
  }

  private void carryOut(DumpRun run, int workers) {
    TableId table = run.progress().entry().table();
    context.meter().begin(System.nanoTime());
    Optional<String> failure = Optional.empty();
    try {
      failure = run.carryOut(workers);
      queue.put(run.progress().entry());
      settleLetGo();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (WalbeamException e) {
      log.warn("The dump of table {} could not be noted. {}", table, e.describe());
    } finally {
      Status status = run.progress().entry().status();
      context.meter().end(System.nanoTime(), status == Status.FINISHED);
      queue.end(run, failure);
    }
  }
}
