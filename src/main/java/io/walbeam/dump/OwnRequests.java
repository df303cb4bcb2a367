package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this process has asked dumps of by itself: one for each reason, and another one a while
 * after that has failed, because a grant or time may have mended it. Not thread-safe.
 *
 * @param <K> what is dumped: a table, a partition
 */
final class OwnRequests<K> {
  /**
   * Before a dump that failed is asked for again, microseconds: a grant mends it, and each is a row
   * of the ledger.
   */
  private static final long AGAIN_MICROS = Duration.ofMinutes(10).toNanos() / 1_000;

  /**
   * @param reason what tells one reason from the next
   * @param micros since the Unix epoch
   */
  private record Asked(long reason, long micros) {}

  private final Map<K, Asked> asked = new HashMap<>();

  /** What is asked for next, with the reason. */
  private final Map<K, Long> asking = new HashMap<>();

  /** Another round: what was to be asked for and did not get into the WAL is forgotten. */
  void begin() {
    asking.clear();
  }

  /**
   * Whether it is to be asked for.
   *
   * @param table that holds it
   * @param known entries of the ledger
   * @param now epoch microseconds
   */
  boolean isDue(K what, long reason, TableId table, List<DumpEntry> known, long now) {
    Asked last = asked.get(what);
    return last == null
        || last.reason() != reason
        || hasFailed(table, known, last.micros(), now - AGAIN_MICROS);
  }

  /** It is asked for in this round. */
  void ask(K what, long reason) {
    asking.put(what, reason);
  }

  /** What is asked for in this round. */
  Set<K> asking() {
    return asking.keySet();
  }

  /** This round's requests are in the WAL. */
  void emitted(long now) {
    asking.forEach((what, reason) -> asked.put(what, new Asked(reason, now)));
    asking.clear();
  }

  private static boolean hasFailed(TableId table, List<DumpEntry> known, long since, long until) {
    return known.stream()
        .filter(entry -> entry.table().equals(table))
        .filter(entry -> entry.status() == Status.FAILED || entry.status() == Status.REFUSED)
        .mapToLong(entry -> entry.course().finishedMicros())
        .anyMatch(failed -> failed >= since && failed <= until);
  }
}
