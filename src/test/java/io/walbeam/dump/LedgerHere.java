package io.walbeam.dump;

import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A ledger in this JVM that several processes may share. As BigQuery does, it keeps the row of the
 * highest version. Thread-safe.
 */
final class LedgerHere implements DumpLedger {
  /** What is in the place of a listing of requests; may fail. */
  @FunctionalInterface
  interface Listing {
    List<AskedDump> list() throws InterruptedException;
  }

  private record Row(long version, DumpEntry entry) {}

  // Guarded by this.
  private final Map<EntryKey, Row> rows = new HashMap<>();
  private final Map<Long, DumpEntry> versions = new HashMap<>();
  private final Deque<RuntimeException> refusals = new ArrayDeque<>();
  private Optional<DumpEntry.Status> ended = Optional.empty();
  private int reads;

  private volatile Listing listing = List::of;

  void listing(Listing next) {
    listing = next;
  }

  /** The next reading is refused. */
  synchronized void refuse(RuntimeException refusal) {
    refusals.add(refusal);
  }

  /** Readings so far, refused ones included. */
  synchronized int reads() {
    return reads;
  }

  /** The highest version so far. */
  synchronized long highestVersion() {
    return versions.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** How the last dump that ended did; empty if none has. */
  synchronized Optional<DumpEntry.Status> ended() {
    return ended;
  }

  synchronized List<DumpEntry> entries() {
    return rows.values().stream().map(Row::entry).toList();
  }

  @Override
  public List<AskedDump> asked(String slot) throws InterruptedException {
    return listing.list();
  }

  @Override
  public String name() {
    return "ledger";
  }

  @Override
  public synchronized List<DumpEntry> read(String slot) {
    reads++;
    RuntimeException refusal = refusals.poll();
    if (refusal != null) {
      throw refusal;
    }
    List<DumpEntry> entries = new ArrayList<>(entries());
    entries.sort(DumpEntry.OLDEST_FIRST);
    return entries;
  }

  @Override
  public synchronized void write(List<DumpEntry> entries, long version) {
    for (DumpEntry entry : entries) {
      versions.put(version, entry);
      rows.merge(
          EntryKey.of(entry),
          new Row(version, entry),
          (known, next) -> next.version() >= known.version() ? next : known);
      if (entry.status().isOver()) {
        ended = Optional.of(entry.status());
      }
    }
  }
}
