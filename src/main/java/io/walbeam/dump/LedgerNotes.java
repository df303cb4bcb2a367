package io.walbeam.dump;

import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notes of all dumps in one ledger: those that come while others are being written go out together,
 * so many small tables cost few requests. Thread-safe.
 */
final class LedgerNotes {
  private final DumpLedger ledger;
  private final AtomicLong version;
  private final ReentrantLock writing = new ReentrantLock(true);

  // Guarded by this.
  private Map<EntryKey, DumpEntry> waiting = new LinkedHashMap<>();
  private long added;

  /** Guarded by {@link #writing}. */
  private long written;

  /**
   * @param version of the ledger's rows, ascending
   */
  LedgerNotes(DumpLedger ledger, AtomicLong version) {
    this.ledger = ledger;
    this.version = version;
  }

  /**
   * Takes the state of an entry, in place of one that is not written yet. Never waits, so it may be
   * called under a lock that orders the states of the entry.
   *
   * @return what {@link #await} wants
   */
  synchronized long add(DumpEntry entry) {
    waiting.put(EntryKey.of(entry), entry);
    return ++added;
  }

  /**
   * Returns when the note, or a later state of its entry, is durable.
   *
   * @throws WalbeamException if the ledger refuses it
   */
  void await(long note) throws InterruptedException {
    writing.lockInterruptibly();
    try {
      if (written < note) {
        writeAll();
      }
    } finally {
      writing.unlock();
    }
  }

  private void writeAll() throws InterruptedException {
    Map<EntryKey, DumpEntry> notes;
    long last;
    synchronized (this) {
      notes = waiting;
      waiting = new LinkedHashMap<>();
      last = added;
    }
    boolean done = false;
    try {
      ledger.write(List.copyOf(notes.values()), version.incrementAndGet());
      written = last;
      done = true;
    } finally {
      if (!done) {
        takeBack(notes);
      }
    }
  }

  /** Whoever waits for one of them tries again. */
  private synchronized void takeBack(Map<EntryKey, DumpEntry> notes) {
    notes.forEach(waiting::putIfAbsent);
  }
}
