package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DumpEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What is to be dumped or truncated, what is under way, and what failed. Thread-safe. */
final class DumpQueue implements Requests {
  /**
   * Dumps under way, at least: of small tables most of the time is spent on answers of the
   * destination, and connections are taken only for a chunk.
   */
  static final int LEAST_UNDER_WAY = 16;

  private final int parallelism;

  // Guarded by this.
  private final LedgerEntries entries;
  private final Map<EntryKey, DumpRun> active = new HashMap<>();
  private final Set<EntryKey> truncating = new HashSet<>();
  private final List<String> failures = new ArrayList<>();
  private Map<TableId, Long> pages = Map.of();
  private boolean changed;
  private boolean closed;

  /**
   * @param epoch the present one
   * @param parallelism chunks that are read at a time
   */
  DumpQueue(long epoch, int parallelism) {
    this.entries = new LedgerEntries(epoch);
    this.parallelism = parallelism;
  }

  /** A dump that may begin, and how many of its chunks may be read at a time. */
  record Next(DumpEntry entry, int workers) {}

  /** Takes entries of which no later state is known. */
  synchronized void learn(List<DumpEntry> some) {
    some.forEach(entries::learn);
    signal();
  }

  /** Takes the state that an entry has now. */
  synchronized void put(DumpEntry entry) {
    entries.put(entry);
    signal();
  }

  /** Every entry that is known, the oldest first. */
  synchronized List<DumpEntry> all() {
    return entries.all();
  }

  /** Whether a table was let go and has not come back. */
  synchronized boolean isLetGo(TableId table) {
    return entries.all().stream().anyMatch(entry -> entry.table().equals(table) && entry.isLetGo());
  }

  /** Takes the sizes of the published tables. */
  synchronized void pages(Map<TableId, Long> now) {
    pages = Map.copyOf(now);
  }

  /** Whether something is under way or waits. */
  synchronized boolean hasWork() {
    return !active.isEmpty()
        || !entries.unfinishedDumps().isEmpty()
        || !entries.unfinishedTruncations().isEmpty();
  }

  /** Whether an entry asks for what another one brings. */
  synchronized boolean isDuplicate(DumpEntry entry) {
    return entries.isDuplicate(entry);
  }

  /** The oldest dump of a table that none is under way of, unless enough are. */
  synchronized Optional<Next> next() {
    if (closed || active.size() >= Math.max(parallelism, LEAST_UNDER_WAY)) {
      return Optional.empty();
    }
    int workers = Math.max(1, parallelism / Math.max(1, entries.unfinishedDumps().size()));
    return waiting().findFirst().map(entry -> new Next(entry, workers));
  }

  @Override
  public synchronized List<TableId> waiting(int most) {
    return closed ? List.of() : waiting().map(DumpEntry::table).distinct().limit(most).toList();
  }

  private Stream<DumpEntry> waiting() {
    Set<TableId> busy = new HashSet<>();
    active.keySet().forEach(key -> busy.add(key.table()));
    return entries.unfinishedDumps().stream().filter(entry -> !busy.contains(entry.table()));
  }

  @Override
  public synchronized long latestRequest() {
    return entries.latestRequest();
  }

  /** Truncations that have not begun; they count as begun from now on. */
  synchronized List<DumpEntry> takeTruncations() {
    return closed
        ? List.of()
        : entries.unfinishedTruncations().stream()
            .filter(entry -> truncating.add(EntryKey.of(entry)))
            .toList();
  }

  /** A truncation has ended as {@code now}, or is to be begun again. */
  synchronized void truncated(DumpEntry now) {
    truncating.remove(EntryKey.of(now));
    entries.put(now);
    signal();
  }

  /** A dump begins; false if none may any more. */
  synchronized boolean begin(DumpRun run) {
    if (!closed) {
      active.put(EntryKey.of(run.progress().entry()), run);
    }
    return !closed;
  }

  /** A dump has ended, with what failed for the end of the run. */
  synchronized void end(DumpRun run, Optional<String> failure) {
    DumpEntry entry = run.progress().entry();
    failure.ifPresent(failures::add);
    active.remove(EntryKey.of(entry));
    entries.put(entry);
    signal();
  }

  /**
   * Stops the dumps of a table that were asked for before {@code commitLsn}.
   *
   * @return those that have not begun
   */
  synchronized List<DumpEntry> stopBefore(TableId table, long commitLsn) {
    active.forEach(
        (key, run) -> {
          if (isBefore(key, table, commitLsn)) {
            run.dump().stop(TableDump.Stop.TRUNCATED);
          }
        });
    return entries.unfinishedDumps().stream()
        .filter(entry -> isBefore(EntryKey.of(entry), table, commitLsn))
        .filter(entry -> !active.containsKey(EntryKey.of(entry)))
        .toList();
  }

  /** Waits until no dump is under way that {@link #stopBefore} stops. */
  synchronized void awaitStopped(TableId table, long commitLsn) throws InterruptedException {
    while (active.keySet().stream().anyMatch(key -> isBefore(key, table, commitLsn))) {
      wait();
    }
  }

  private static boolean isBefore(EntryKey key, TableId table, long commitLsn) {
    return key.table().equals(table) && Long.compareUnsigned(key.requestLsn(), commitLsn) < 0;
  }

  /** Dumps that the next start has to do: those that are not over, and initial ones that failed. */
  synchronized int missing() {
    return entries.unfinishedDumps().size() + entries.failedInitial().size();
  }

  /** How far everything is. */
  synchronized DumpsOverview overview(DumpMeter meter) {
    int left = 0;
    double pagesLeft = 0;
    for (DumpEntry entry : entries.unfinishedDumps()) {
      left++;
      DumpRun run = active.get(EntryKey.of(entry));
      pagesLeft += run == null ? pages.getOrDefault(entry.table(), 0L) : run.progress().pagesLeft();
    }
    return meter.overview(left, pagesLeft, System.nanoTime());
  }

  /** Something failed that is no dump of its own. */
  synchronized void fail(String what) {
    failures.add(what);
  }

  /**
   * Fails if a dump did that was not somebody's wish.
   *
   * @throws WalbeamException that names all of them
   */
  synchronized void throwFailures() {
    if (!failures.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          failures.size() + " dumps failed: " + String.join(" ", failures),
          "Mend what is named; a restart asks for them again. The stream is complete.");
    }
  }

  /** Wakes everybody who waits for a change. */
  synchronized void signal() {
    changed = true;
    notifyAll();
  }

  /**
   * Waits for a change that nobody has waited for yet. One thread.
   *
   * @return false once closed
   */
  synchronized boolean awaitChange(Duration longest) throws InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    for (long left = millisUntil(end); !changed && !closed && left > 0; left = millisUntil(end)) {
      wait(left);
    }
    changed = false;
    return !closed;
  }

  /**
   * Waits until nothing is under way and nothing waits. Any thread.
   *
   * @return whether it was within {@code longest}; true once closed
   */
  synchronized boolean awaitIdle(Duration longest) throws InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    for (long left = millisUntil(end); !closed && hasWork() && left > 0; left = millisUntil(end)) {
      wait(left);
    }
    return closed || !hasWork();
  }

  /** Rounded up, so that a wait never ends just before its time. */
  private static long millisUntil(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime() + 999_999);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Stops what is under way and lets nothing begin. */
  synchronized void close() {
    closed = true;
    active.values().forEach(run -> run.dump().stop(TableDump.Stop.CLOSED));
    signal();
  }
}
