package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.MessagePrefix;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dumps of one slot: records requests, begins them, keeps the ledger. Thread-safe.
 *
 * <p>Dumps run beside the pipeline, in the process that reads the slot, because only one does; the
 * ledger is what a restart goes on from.
 */
public final class Dumps implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Dumps.class);

  /** Between two looks at what is due, at the latest. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** For a chunk that is being written to be given up. */
  private static final long CLOSE_MILLIS = 10_000;

  private final DumpContext context;
  private final ExecutorService executor;
  private final NewTables newTables;
  private final AtomicLong version;

  private final DumpQueue queue;

  // Guarded by this.
  private @Nullable Thread thread;
  private boolean loaded;
  private boolean lastLook;
  private boolean lastLookWanted;

  /** Emits a transactional logical message. */
  @FunctionalInterface
  public interface Emitter {
    void emit(String prefix, String content) throws InterruptedException;
  }

  public Dumps(DumpSettings settings, DumpContext.Ends ends) {
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread worker = new Thread(task, "walbeam-dump-" + number.incrementAndGet());
              worker.setDaemon(true);
              return worker;
            });
    this.context = new DumpContext(settings, ends, executor);
    this.newTables = new NewTables(context);
    this.version = new AtomicLong(context.nowMicros());
    this.queue = new DumpQueue(settings.epoch(), settings.options().parallelism());
  }

  /**
   * The stream runs: asks for the tables that were never dumped, and begins what is not finished.
   *
   * @throws WalbeamException of kind TRANSIENT if it is worth another try
   */
  public void start(Emitter emitter) throws InterruptedException {
    load();
    if (context.settings().options().initial()) {
      try (DumpConnection connection = context.openPrimary()) {
        announce(connection, emitter);
      }
    }
    synchronized (this) {
      if (thread == null && !queue.isClosed()) {
        Thread started = new Thread(this::run, "walbeam-dumps");
        started.setDaemon(true);
        started.start();
        thread = started;
      }
    }
  }

  /** Makes requests that the stream brought durable; they begin soon. */
  public void record(ChangePosition position, long commitMicros, byte[] content)
      throws InterruptedException {
    DumpRequest.Origin origin =
        new DumpRequest.Origin(
            context.settings().slot(),
            position.epoch(),
            position.commitLsn(),
            position.changeLsn(),
            commitMicros,
            context.settings().run().token());
    DumpRequest.Read request = DumpRequest.read(origin, content);
    if (request.entries().isEmpty()) {
      log.debug("The request of an earlier run is left to this one's own.");
      return;
    }
    if (!request.own() && !context.settings().options().requests()) {
      log.info("A dump request is ignored, because of --requests=off.");
      return;
    }
    for (DumpEntry entry : request.entries()) {
      if (entry.status() == Status.REFUSED) {
        log.warn("A dump request is refused. {}", entry.error());
      }
    }
    note(request.entries());
  }

  private void note(List<DumpEntry> requested) throws InterruptedException {
    context.ledger().write(requested, 0);
    queue.learn(requested);
  }

  /**
   * Makes truncations durable for the process that reads the slot; it applies them once everything
   * before them is written. Who learns of a truncation does not know what others have written.
   */
  public void recordTruncations(List<Truncation> truncations) throws InterruptedException {
    note(
        truncations.stream()
            .map(truncation -> TruncationEntry.of(context.settings().slot(), truncation))
            .toList());
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

  /**
   * Waits until every dump that was asked for is over.
   *
   * @return false if closed before
   * @throws WalbeamException if an initial dump failed; a request of somebody else that failed is
   *     in the ledger only, because anybody can make one
   */
  public boolean awaitAll() throws InterruptedException {
    while (isStarted() && !queue.awaitIdle(context.pace().poll())) {
      endIfParked();
    }
    queue.throwFailures();
    return !queue.isClosed();
  }

  /**
   * Whether every dump that was asked for is over; for a job that shall end, once everything up to
   * its fence is confirmed. The first call makes the ledger be read once more, because another
   * worker may have noted the last requests.
   *
   * @throws WalbeamException if an initial dump failed
   */
  public boolean isOver() {
    queue.throwFailures();
    endIfParked();
    synchronized (this) {
      if (!lastLook) {
        lastLook = true;
        lastLookWanted = true;
        queue.signal();
      }
      return queue.isClosed() || (thread != null && !lastLookWanted && !queue.hasWork());
    }
  }

  /** How far they are; empty if they run in another process. */
  public Optional<DumpsOverview> overview() {
    return isStarted() ? Optional.of(queue.overview(context.meter())) : Optional.empty();
  }

  private synchronized boolean isStarted() {
    return thread != null;
  }

  private void endIfParked() {
    context.end().throwIfParked("a dump is not finished", table -> true);
  }

  /** Ends everything; what is unfinished goes on at the next start. */
  @Override
  public void close() {
    queue.close();
    Thread running;
    synchronized (this) {
      running = thread;
    }
    executor.shutdownNow();
    if (running != null) {
      running.interrupt();
      try {
        running.join(CLOSE_MILLIS);
        if (!executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
          log.warn("A dump does not end; its connection ends with the process.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
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
  private void announce(DumpConnection connection, Emitter emitter) throws InterruptedException {
    for (String request : newTables.requests(connection, queue.all())) {
      emitter.emit(MessagePrefix.DUMP_REQUEST, request);
    }
    newTables.emitted();
  }

  private void run() {
    try (DumpConnection watcher = context.openPrimary()) {
      long looked = System.nanoTime();
      long reread = System.nanoTime();
      Duration pause =
          context.pace().discovery().compareTo(LONGEST_PAUSE) < 0
              ? context.pace().discovery()
              : LONGEST_PAUSE;
      begin();
      while (queue.awaitChange(pause)) {
        if (isDue(looked, context.pace().discovery()) && context.settings().options().initial()) {
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
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (queue.isClosed()) {
        log.debug("Dumps end.", e);
        return;
      }
      log.error("Dumps have ended; the stream goes on, and a restart goes on with them.", e);
      queue.fail("The dumps ended unexpectedly.");
    }
  }

  private synchronized boolean isLastLookWanted() {
    return lastLookWanted;
  }

  /** What is in the ledger stays there, so a destination that does not answer is asked later. */
  private void reload() throws InterruptedException {
    boolean last = isLastLookWanted();
    try {
      load();
      synchronized (this) {
        lastLookWanted &= !last;
      }
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.TRANSIENT) {
        throw e;
      }
      log.debug("Reading the ledger failed; it is tried again.", e);
    }
  }

  private static boolean isDue(long since, Duration interval) {
    return System.nanoTime() - since >= interval.toNanos();
  }

  /** Looks for tables and partitions that came to the publication. */
  private void discover(DumpConnection connection) throws InterruptedException {
    try {
      announce(connection, connection::emit);
      if (queue.hasWork()) {
        queue.pages(connection.pages(context.settings().publication()));
      }
    } catch (WalbeamException e) {
      log.debug("Looking for new tables failed; it is tried again.", e);
    }
  }

  /** Begins what may begin now; truncations need no connection of the dumps' share. */
  private void begin() throws InterruptedException {
    for (DumpEntry truncation : queue.takeTruncations()) {
      executor.execute(new TruncationRun(context, queue, version, this::truncated, truncation));
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
    context.ledger().write(List.of(over), version.incrementAndGet());
    queue.put(over);
  }

  private void launch(DumpEntry entry, int workers) {
    DumpProgress progress = new DumpProgress(context, version, entry);
    DumpRun run = new DumpRun(new TableDump(context, progress), progress);
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
