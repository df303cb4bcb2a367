package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.sink.AppliedTable;
import io.walbeam.sink.DeadLetterCount;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.SlotState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a replication is, as PostgreSQL and the tables in BigQuery show it. Immutable.
 *
 * @param slot empty if there is none of that name, or the source was not reached
 * @param state empty if no run has confirmed anything yet, or the destination was not reached
 * @param dumps every entry of the ledger
 * @param applied up to when the rows of each destination table are applied
 * @param rates of the tables that are written to at the source, the busiest first
 * @param nowMicros the server's clock, microseconds since the Unix epoch
 */
public record StatusFacts(
    String slotName,
    Optional<SlotFacts> slot,
    Optional<SlotState> state,
    List<DumpEntry> dumps,
    List<DeadLetterCount> deadLetters,
    List<AppliedTable> applied,
    List<TableRate> rates,
    long nowMicros,
    List<Finding> unreachable) {
  public StatusFacts {
    dumps = List.copyOf(dumps);
    deadLetters = List.copyOf(deadLetters);
    applied = List.copyOf(applied);
    rates = List.copyOf(rates);
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

  /** Rows a second that were written to a table of the source, while the facts were read. */
  public record TableRate(TableId table, double rowsPerSecond) {}

  /**
   * Since when changes of destination tables are not applied, at most, by their names: queries that
   * allow for stale rows may not show those.
   */
  public Map<String, Long> appliedSecondsAgo() {
    Map<String, Long> seconds = new HashMap<>();
    applied.forEach(
        each ->
            seconds.putIfAbsent(
                each.table(), Math.max(0, (nowMicros - each.untilMicros()) / 1_000_000)));
    return seconds;
  }

  /** Seconds until a dump is over, by the rows and chunks so far; empty if nobody can tell. */
  public OptionalLong secondsLeft(DumpEntry dump) {
    DumpEntry.Course course = dump.course();
    long done = course.sums().chunks();
    long total = course.chunksTotal();
    double seconds = (nowMicros - course.startedMicros()) / 1e6;
    return course.startedMicros() == 0 || done == 0 || total < done || seconds <= 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.round(seconds / done * (total - done)));
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
