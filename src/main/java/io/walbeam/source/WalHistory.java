package io.walbeam.source;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Where the server's WAL ended at times past, as far as it is needed to tell how old the oldest
 * part of it is that is not confirmed. It needs nothing of the replication stream, which may hang.
 * Thread-safe.
 */
final class WalHistory {
  /**
   * Entries kept; beyond it every second one goes, and only half as many come. So an age is true to
   * one part in 500 of the oldest.
   */
  private static final int LIMIT = 1 << 10;

  /**
   * One look.
   *
   * @param lsn end of the WAL then, unsigned
   * @param nanos the clock then
   */
  private record Entry(long lsn, long nanos) {}

  private final Deque<Entry> entries = new ArrayDeque<>();

  /** Shortest time between two entries, nanoseconds. */
  private long interval;

  /** The WAL ended at {@code lsn} when the clock was at {@code nanos}. */
  synchronized void seen(long lsn, long nanos) {
    Entry last = entries.peekLast();
    if (last != null && Long.compareUnsigned(last.lsn(), lsn) > 0) {
      // Another server, or one that went back in time.
      entries.clear();
      last = null;
    }
    if (last == null) {
      interval = 0;
    }
    if (last == null || (last.lsn() != lsn && nanos - last.nanos() >= interval)) {
      entries.add(new Entry(lsn, nanos));
    }
    if (entries.size() > LIMIT) {
      thin();
      interval = 2 * (nanos - entries.getFirst().nanos()) / LIMIT;
    }
  }

  private void thin() {
    boolean drop = false;
    for (Iterator<Entry> all = entries.iterator(); all.hasNext(); drop = !drop) {
      all.next();
      // The first says since when something is missing, so it stays.
      if (drop) {
        all.remove();
      }
    }
  }

  /** {@link #ageOf} for a position that is ahead of others that are asked for. */
  synchronized long ageBeyond(long lsn, long nanos) {
    for (Entry entry : entries) {
      if (Long.compareUnsigned(entry.lsn(), lsn) > 0) {
        return Math.max(0, nanos - entry.nanos());
      }
    }
    return 0;
  }

  /**
   * For how long WAL beyond {@code lsn} has been there, nanoseconds; 0 if there is none. Forgets
   * what lies before.
   */
  synchronized long ageOf(long lsn, long nanos) {
    while (!entries.isEmpty() && Long.compareUnsigned(entries.peekFirst().lsn(), lsn) <= 0) {
      entries.removeFirst();
    }
    return entries.isEmpty() ? 0 : Math.max(0, nanos - entries.peekFirst().nanos());
  }
}
