package io.walbeam.backfill;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.Stalls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  /** How long a run that shall end waits for a table that a person must mend. */
  private static final Duration PARKED_PATIENCE = Duration.ofSeconds(10);

  /** For a chunk that is being written to be given up. */
  private static final long CLOSE_MILLIS = 10_000;

  /** What names one entry. */
  private record Key(long epoch, long requestLsn, TableId table) {
    static Key of(DumpEntry entry) {
      return new Key(entry.epoch(), entry.requestLsn(), entry.table());
    }
  }

  private final DumpContext context;
  private final ExecutorService executor;
  private final NewTables newTables;
  private final AtomicLong version;

  // Guarded by this.
  private final Map<Key, DumpEntry> entries = new LinkedHashMap<>();
  private final Map<Key, TableDump> active = new HashMap<>();
  private final Set<Key> truncating = new HashSet<>();
  private final List<String> failures = new ArrayList<>();
  private @Nullable Thread thread;
  private boolean loaded;
  private boolean closed;
  private boolean changed;
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
  }

  /**
   * The stream runs: asks for the tables that were never dumped, and begins what is not finished.
   *
   * @throws WalbeamException of kind TRANSIENT if it is worth another try
   */
  public void start(Emitter emitter) throws InterruptedException {
    load();
    if (context.settings().initial()) {
      try (DumpConnection connection = context.openPrimary()) {
        announce(connection, emitter);
      }
    }
    synchronized (this) {
      if (thread == null && !closed) {
        Thread started = new Thread(this::run, "walbeam-dumps");
        started.setDaemon(true);
        started.start();
        thread = started;
      }
    }
  }

  /** Makes requests that the stream brought durable; they begin soon. */
  public void record(DumpRequest.Origin origin, byte[] content) throws InterruptedException {
    List<DumpEntry> requested = new ArrayList<>();
    for (DumpEntry entry : DumpRequest.entries(origin, content)) {
      if (entry.status() == Status.REFUSED) {
        log.warn("A dump request is refused. {}", entry.error());
      }
      if (entry.kind() == DumpEntry.Kind.INITIAL || context.settings().requests()) {
        requested.add(entry);
      } else {
        log.info("A dump request is ignored, because of --requests=off.");
      }
    }
    if (requested.isEmpty()) {
      return;
    }
    context.ledger().write(requested, 0);
    synchronized (this) {
      requested.forEach(entry -> entries.putIfAbsent(Key.of(entry), entry));
      changed = true;
      notifyAll();
    }
  }

  /**
   * Makes truncations durable for the process that reads the slot; it applies them soon. For
   * workers: the one that learns of a truncation does not know what others have written.
   */
  public void recordTruncations(List<Truncations.Truncation> truncations)
      throws InterruptedException {
    List<DumpEntry> requested =
        truncations.stream()
            .map(truncation -> TruncationEntry.of(context.settings().slot(), truncation))
            .toList();
    context.ledger().write(requested, 0);
    synchronized (this) {
      requested.forEach(entry -> entries.putIfAbsent(Key.of(entry), entry));
      changed = true;
      notifyAll();
    }
  }

  /** A truncation makes the dumps of the table needless: what is there now comes by the stream. */
  public void truncated(TableId table, long commitLsn) throws InterruptedException {
    synchronized (this) {
      for (Map.Entry<Key, DumpEntry> entry : entries.entrySet()) {
        if (isBefore(entry.getKey(), table, commitLsn) && !entry.getValue().status().isOver()) {
          TableDump dump = active.get(entry.getKey());
          if (dump == null) {
            entry.setValue(entry.getValue().over(Status.SUPERSEDED, context.nowMicros(), ""));
            context.ledger().write(List.of(entry.getValue()), version.incrementAndGet());
          } else {
            dump.cancel();
          }
        }
      }
      while (active.keySet().stream().anyMatch(key -> isBefore(key, table, commitLsn))) {
        wait();
      }
    }
  }

  private boolean isBefore(Key key, TableId table, long commitLsn) {
    return key.table().equals(table)
        && key.epoch() == context.settings().epoch()
        && Long.compareUnsigned(key.requestLsn(), commitLsn) < 0;
  }

  /**
   * Waits until every dump that was asked for is over.
   *
   * @return false if closed before
   * @throws WalbeamException if an initial dump failed; a request of somebody else that failed is
   *     in the ledger only, because anybody can make one
   */
  public synchronized boolean awaitAll() throws InterruptedException {
    while (!closed && thread != null && hasWork()) {
      wait(context.pace().poll().toMillis());
      endIfParked();
    }
    throwFailures();
    return !closed;
  }

  /**
   * Whether every dump that was asked for is over; for a job that shall end, once everything up to
   * its fence is confirmed. The first call makes the ledger be read once more, because another
   * worker may have noted the last requests.
   *
   * @throws WalbeamException if an initial dump failed
   */
  public synchronized boolean isOver() {
    throwFailures();
    endIfParked();
    if (!lastLook) {
      lastLook = true;
      lastLookWanted = true;
      changed = true;
      notifyAll();
    }
    return closed || (thread != null && !lastLookWanted && !hasWork());
  }

  private synchronized void throwFailures() {
    if (!failures.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          failures.size() + " dumps failed: " + String.join(" ", failures),
          "Mend what is named; a restart asks for them again. The stream is complete.");
    }
  }

  /** A run that shall end does not wait for a person. */
  private void endIfParked() {
    Instant longAgo = context.clock().instant().minus(PARKED_PATIENCE);
    for (Stalls.Stall stall : context.stalls().current()) {
      if (stall.parked() && stall.since().isBefore(longAgo)) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "The run ends, but a dump is not finished: table " + stall.table() + " waits.",
            stall.reason() + " Then start again; the dump goes on.");
      }
    }
  }

  /** Ends everything; what is unfinished goes on at the next start. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      active.values().forEach(TableDump::cancel);
      notifyAll();
      running = thread;
    }
    executor.shutdownNow();
    if (running != null) {
      running.interrupt();
      try {
        running.join(CLOSE_MILLIS);
        if (!executor.awaitTermination(CLOSE_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS)) {
          log.warn("A dump does not end; its connection ends with the process.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean hasWork() {
    return !active.isEmpty() || entries.values().stream().anyMatch(this::isRunnable);
  }

  private boolean isRunnable(DumpEntry entry) {
    return !entry.status().isOver() && entry.epoch() == context.settings().epoch();
  }

  private void load() throws InterruptedException {
    synchronized (this) {
      if (loaded && context.pace().reread().isZero()) {
        return;
      }
    }
    List<DumpEntry> known = context.ledger().read(context.settings().slot());
    synchronized (this) {
      known.forEach(entry -> entries.putIfAbsent(Key.of(entry), entry));
      loaded = true;
    }
  }

  /** Asks for dumps of the tables and partitions that were never dumped. */
  private void announce(DumpConnection connection, Emitter emitter) throws InterruptedException {
    List<DumpEntry> known;
    synchronized (this) {
      known = List.copyOf(entries.values());
    }
    for (String request : newTables.requests(connection, known)) {
      emitter.emit(DumpRequest.PREFIX, request);
    }
    newTables.emitted();
  }

  private void run() {
    try (DumpConnection watcher = context.openPrimary()) {
      long looked = System.nanoTime();
      long reread = System.nanoTime();
      while (true) {
        begin();
        synchronized (this) {
          if (!changed && !closed) {
            wait(Math.min(1_000, context.pace().discovery().toMillis()));
          }
          changed = false;
          if (closed) {
            return;
          }
        }
        if (isDue(looked, context.pace().discovery()) && context.settings().initial()) {
          looked = System.nanoTime();
          discover(watcher);
        }
        if (isLastLookWanted()
            || (!context.pace().reread().isZero() && isDue(reread, context.pace().reread()))) {
          reread = System.nanoTime();
          reload();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("Dumps have ended; the stream goes on, and a restart goes on with them.", e);
      synchronized (this) {
        failures.add("The dumps ended unexpectedly.");
      }
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
        changed = true;
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
    } catch (WalbeamException e) {
      log.debug("Looking for new tables failed; it is tried again.", e);
    }
  }

  /** Begins what may begin now. */
  private void begin() throws InterruptedException {
    while (true) {
      DumpEntry next;
      int workers;
      synchronized (this) {
        next = active.size() < context.settings().parallelism() && !closed ? nextRunnable() : null;
        if (next == null) {
          return;
        }
        long waiting = entries.values().stream().filter(this::isRunnable).count();
        workers = (int) Math.max(1, context.settings().parallelism() / Math.max(1, waiting));
      }
      if (next.kind() == DumpEntry.Kind.TRUNCATE) {
        launchTruncation(next);
      } else if (isDuplicate(next)) {
        supersede(next);
      } else {
        launch(next, workers);
      }
    }
  }

  private @Nullable DumpEntry nextRunnable() {
    for (Map.Entry<Key, DumpEntry> entry : entries.entrySet()) {
      boolean truncation = entry.getValue().kind() == DumpEntry.Kind.TRUNCATE;
      boolean busy =
          truncation
              ? truncating.contains(entry.getKey())
              : active.keySet().stream()
                  .anyMatch(key -> key.table().equals(entry.getKey().table()));
      if (isRunnable(entry.getValue()) && !busy) {
        return entry.getValue();
      }
    }
    return null;
  }

  /** A crash between asking and noting makes two initial requests; one is enough. */
  private synchronized boolean isDuplicate(DumpEntry entry) {
    return entry.kind() == DumpEntry.Kind.INITIAL
        && DumpScope.parse(entry.scope()).isAll()
        && entry.status() == Status.REQUESTED
        && entries.values().stream()
            .anyMatch(
                other ->
                    other.kind() == DumpEntry.Kind.INITIAL
                        && other.table().equals(entry.table())
                        && other.epoch() == entry.epoch()
                        && other.requestLsn() != entry.requestLsn()
                        && (other.status() == Status.FINISHED || other.status() == Status.RUNNING));
  }

  private void supersede(DumpEntry entry) throws InterruptedException {
    DumpEntry over = entry.over(Status.SUPERSEDED, context.nowMicros(), "");
    context.ledger().write(List.of(over), version.incrementAndGet());
    synchronized (this) {
      entries.put(Key.of(entry), over);
    }
  }

  private void launchTruncation(DumpEntry entry) {
    synchronized (this) {
      truncating.add(Key.of(entry));
    }
    executor.execute(
        () -> {
          @Nullable DumpEntry over = null;
          try {
            over = truncate(entry);
            context.ledger().write(List.of(over), version.incrementAndGet());
          } catch (InterruptedException e) {
            over = null;
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            over = null;
            log.warn("The truncation of table {} is tried again.", entry.table(), e);
          } finally {
            synchronized (this) {
              truncating.remove(Key.of(entry));
              if (over != null) {
                entries.put(Key.of(entry), over);
                changed = true;
                notifyAll();
              }
            }
          }
        });
  }

  private DumpEntry truncate(DumpEntry entry) throws InterruptedException {
    String problem = "The table is not published any more; delete its rows by hand.";
    try (DumpConnection connection = context.openPrimary()) {
      Optional<DumpRoute> route =
          connection
              .describe(context.settings().publication(), entry.table())
              .flatMap(context.router()::route);
      TableMapping replica = route.isPresent() ? route.get().replica() : null;
      if (replica != null) {
        context.truncation().apply(TruncationEntry.read(entry), replica);
        problem = "";
      }
    }
    return entry.over(
        problem.isEmpty() ? Status.FINISHED : Status.FAILED, context.nowMicros(), problem);
  }

  private void launch(DumpEntry entry, int workers) {
    DumpProgress progress = new DumpProgress(context, version, entry);
    TableDump dump = new TableDump(context, progress);
    synchronized (this) {
      active.put(Key.of(entry), dump);
    }
    executor.execute(() -> carryOut(dump, progress, workers));
  }

  private void carryOut(TableDump dump, DumpProgress progress, int workers) {
    Key key = Key.of(progress.entry());
    DumpEntry over = null;
    try {
      over = finish(dump, progress, workers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (WalbeamException e) {
      log.warn("The dump of table {} could not be noted. {}", key.table(), e.describe());
    } finally {
      synchronized (this) {
        active.remove(key);
        entries.put(key, over == null ? progress.entry() : over);
        changed = true;
        notifyAll();
      }
    }
  }

  private DumpEntry finish(TableDump dump, DumpProgress progress, int workers)
      throws InterruptedException {
    TableId table = progress.entry().table();
    try {
      long began = System.nanoTime();
      dump.run(workers);
      synchronized (this) {
        if (closed) {
          throw new InterruptedException();
        }
      }
      if (dump.isCancelled()) {
        log.info("The dump of table {} ends, because the table was truncated.", table);
        return progress.end(Status.SUPERSEDED, "");
      }
      DumpEntry over = progress.end(Status.FINISHED, "");
      double seconds = Math.max(1e-3, (System.nanoTime() - began) / 1e9);
      log.info(
          "Dumped table {}: {} rows in {} s, {} rows/s, {} MB/s.",
          table,
          over.rows(),
          String.format("%.1f", seconds),
          String.format("%.0f", over.rows() / seconds),
          String.format("%.1f", over.bytes() / seconds / 1e6));
      return over;
    } catch (WalbeamException e) {
      boolean initial = progress.entry().kind() == DumpEntry.Kind.INITIAL;
      synchronized (this) {
        if (closed) {
          throw new InterruptedException();
        }
        if (initial) {
          failures.add(e.describe());
        }
      }
      log.warn("The dump of table {} failed; the stream goes on. {}", table, e.describe());
      log.debug("Cause", e);
      boolean refused =
          !initial && e.kind() == FailureKind.OPERATOR && progress.entry().startedMicros() == 0;
      return progress.end(refused ? Status.REFUSED : Status.FAILED, e.describe());
    } catch (RuntimeException e) {
      log.error("The dump of table {} failed; the stream goes on.", table, e);
      synchronized (this) {
        failures.add("The dump of table " + table + " failed unexpectedly.");
      }
      return progress.end(Status.FAILED, "It failed unexpectedly; report the log.");
    }
  }
}
