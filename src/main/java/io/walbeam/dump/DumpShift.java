package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.MessageEmitter;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.NamedThreads;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dumps while this process reads the slot: begins what is due, keeps the ledger. Whoever reads
 * the slot next makes a new one, which goes on from the ledger with higher versions, so late notes
 * of this one lose. Thread-safe.
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

  /** For a last look at the catalogue, which takes a fraction of that unless an end is away. */
  private static final long LAST_LOOK_MILLIS = 3_000;

  private final DumpContext context;
  private final ExecutorService executor;
  private final Discovery discovery;
  private final DescribedShapes described;
  private final AtomicLong version;
  private final DumpQueue queue;
  private final Thread thread;

  // Guarded by this.
  private boolean loaded;
  private boolean lastLook;
  private boolean lastLookWanted;

  private volatile @Nullable WalbeamException broken;

  /**
   * @param described what the stream says of tables
   */
  DumpShift(
      DumpSettings settings, DumpContext.Ends ends, DumpMeter meter, DescribedShapes described) {
    this.described = described;
    this.executor = Executors.newCachedThreadPool(new NamedThreads("walbeam-dump-"));
    this.version = new AtomicLong(ChronoUnit.MICROS.between(Instant.EPOCH, ends.clock().instant()));
    this.queue = new DumpQueue(settings.epoch(), settings.options().parallelism());
    this.context = new DumpContext(settings, ends, executor, meter, queue, described, version);
    this.discovery = new Discovery(context, queue, version, described);
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
    discovery.start(emitter);
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
  boolean awaitAll() throws InterruptedException {
    while (!queue.awaitIdle(context.pace().poll())) {
      endIfParked();
      throwIfBroken();
    }
    queue.throwFailures();
    return !queue.isClosed() || !queue.hasWork();
  }

  private void throwIfBroken() {
    ended()
        .ifPresent(
            reason -> {
              throw reason;
            });
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

  int missing() {
    return queue.missing();
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
    try {
      if (described.isLookWanted()) {
        thread.join(LAST_LOOK_MILLIS);
      }
      thread.interrupt();
      thread.join(CLOSE_MILLIS);
      if (!thread.isAlive()) {
        discovery.sayWhatWaits();
      }
      if (!executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        log.warn("A dump does not end; its connections are closed.");
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    } finally {
      context.closeConnections();
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
      if (!loaded) {
        context.handover().found(known);
        DumpOwner.sayTaken(known, context.settings().epoch());
      }
      loaded = true;
    }
  }

  /** The tables of which changes are missing. */
  List<LetGoTable> letGo() {
    return discovery.letGo();
  }

  /** Why the run is to end, empty if it is not. */
  Optional<WalbeamException> ended() {
    return Optional.ofNullable(broken).or(discovery::ended);
  }

  /** The virtual machine is out of something: beginning again and again would not help. */
  private void breakOff(Error problem) {
    broken = WalbeamException.of(problem, "Dumps failed unexpectedly.");
    queue.signal();
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
    } catch (Error e) {
      breakOff(e);
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
      discovery.look(watcher);
      reload();
    }
    begin();
    retry.succeeded();
    long looked = System.nanoTime();
    long reread = System.nanoTime();
    while (queue.awaitChange(pause)) {
      if (described.takeLookWanted() || isDue(looked, context.pace().discovery())) {
        looked = System.nanoTime();
        discovery.look(watcher);
      }
      if (isLastLookWanted()
          || (!context.pace().reread().isZero() && isDue(reread, context.pace().reread()))) {
        reread = System.nanoTime();
        reload();
      }
      begin();
    }
    if (described.takeLookWanted()) {
      // What the stream told of is confirmed soon, and nobody tells of it again.
      discovery.lookAtSchemas(watcher);
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

  /** Begins what may begin now; truncations need no connection of the dumps' share. */
  private void begin() throws InterruptedException {
    for (DumpEntry truncation : queue.takeTruncations()) {
      executor.execute(
          new TruncationRun(
              context, queue, version, this::truncated, discovery::letGo, truncation));
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
    DumpRun run = new DumpRun(new TableDump(context, progress), progress, discovery::letGo);
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
      discovery.settleLetGo();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (WalbeamException e) {
      log.warn("The dump of table {} could not be noted. {}", table, e.describe());
    } catch (Error e) {
      breakOff(e);
    } finally {
      Status status = run.progress().entry().status();
      context.meter().end(System.nanoTime(), status == Status.FINISHED);
      queue.end(run, failure);
    }
  }
}
