package io.walbeam.doctor;

import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SlotState;
import java.util.List;
import java.util.Optional;

/**
 * How a replication is, as PostgreSQL and the tables in BigQuery show it. Immutable.
 *
 * @param slot empty if there is none of that name, or the source was not reached
 * @param state empty if no run has confirmed anything yet, or the destination was not reached
 * @param dumps every entry of the ledger
 * @param nowMicros the server's clock, microseconds since the Unix epoch
 */
public record StatusFacts(
    String slotName,
    Optional<SlotFacts> slot,
    Optional<SlotState> state,
    List<DumpEntry> dumps,
    List<DeadLetterCount> deadLetters,
    long nowMicros,
    List<Finding> unreachable) {
  public StatusFacts {
    dumps = List.copyOf(dumps);
    deadLetters = List.copyOf(deadLetters);
    unreachable = List.copyOf(unreachable);
  }

  /**
   * The slot and who reads it.
   *
   * @param confirmedLsn where it continues, unsigned
   * @param reader application name of the process that reads it, empty if nobody does
   * @param unsentBytes committed, and not sent to the reader yet
   * @param unreadBytes sent, and not seen by the reader yet
   * @param unwrittenBytes seen, and not confirmed as written yet
   * @param walRate bytes of WAL a second, measured while the facts were read
   */
  public record SlotFacts(
      boolean active,
      String walStatus,
      String invalidation,
      long confirmedLsn,
      long retainedBytes,
      Optional<Long> safeBytes,
      String reader,
      long unsentBytes,
      long unreadBytes,
      long unwrittenBytes,
      double walRate) {
    /** Everything that is not confirmed. */
    public long lagBytes() {
      return unsentBytes + unreadBytes + unwrittenBytes;
    }

    /** Hours until the slot is invalidated if nothing is read; empty if that never comes. */
    public Optional<Double> hoursLeft() {
      return safeBytes.flatMap(safe -> ServerRules.hours(safe, walRate));
    }
  }

  /** Dumps that are asked for and not over. */
  public List<DumpEntry> dumpsUnderWay() {
    return dumps.stream()
        .filter(entry -> entry.kind() != DumpEntry.Kind.LET_GO && !entry.status().isOver())
        .toList();
  }

  /** Tables that were let go, and that no dump has brought back yet. */
  public List<DumpEntry> letGo() {
    return dumps.stream().filter(DumpEntry::isLetGo).toList();
  }

  /** Seconds since the commit up to which everything is written; empty if that is not known. */
  public Optional<Long> completeSecondsAgo() {
    return state
        .filter(known -> known.completeTimeMicros() != 0)
        .map(known -> Math.max(0, (nowMicros - known.completeTimeMicros()) / 1_000_000));
  }
}
