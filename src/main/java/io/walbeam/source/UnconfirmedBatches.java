package io.walbeam.source;

import java.util.ArrayDeque;

/** The batches that were read and are not confirmed, with their commit times. Thread-safe. */
final class UnconfirmedBatches {
  /** Entries kept; beyond it the youngest stands for several. */
  private static final int LIMIT = 1 << 16;

  /**
   * One batch.
   *
   * @param endLsn position whose confirmation includes it, unsigned
   * @param timeMicros commit time, microseconds since the Unix epoch, 0 if not known
   * @param changes whether it has any
   */
  private record Entry(long endLsn, long timeMicros, boolean changes) {}

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();

  synchronized void add(Delivery delivery) {
    if (entries.size() >= LIMIT) {
      entries.removeLast();
    }
    entries.add(
        new Entry(
            delivery.after().resumeLsn(), delivery.timeMicros(), delivery.batch().changes() > 0));
  }

  /** Forgets what ends at or before {@code lsn}. */
  synchronized void confirmed(long lsn) {
    while (!entries.isEmpty() && Long.compareUnsigned(entries.peek().endLsn(), lsn) <= 0) {
      entries.remove();
    }
  }

  synchronized int count() {
    return entries.size();
  }

  /** Commit time of the oldest, microseconds since the Unix epoch; 0 if there is none. */
  long oldestMicros() {
    return oldestMicros(false);
  }

  /** The same of those that are more than a position. */
  long oldestChangeMicros() {
    return oldestMicros(true);
  }

  private synchronized long oldestMicros(boolean changes) {
    for (Entry entry : entries) {
      if (entry.timeMicros() != 0 && (entry.changes() || !changes)) {
        return entry.timeMicros();
      }
    }
    return 0;
  }
}
