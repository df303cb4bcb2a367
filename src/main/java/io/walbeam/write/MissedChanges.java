package io.walbeam.write;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what tables miss that were let go, before anybody may forget their rows: in the ledger
 * up to which position something is missing, and in dead letters the keys, as long as these are few
 * and tell the rows apart. Thread-safe.
 */
public final class MissedChanges {
  /** Keys of one table that become dead letters in one process; beyond it all of it is dumped. */
  static final int MOST_KEYS = 10_000;

  /** Takes what is missing. */
  @FunctionalInterface
  public interface Ledger {
    /** Returns when it is durable. */
    void record(List<Missed> missed) throws InterruptedException;
  }

  /**
   * What a table misses.
   *
   * @param destination name of the table that it is missing in
   * @param first position of the first change that this process knows of
   * @param last position of the last one
   * @param commitMicros commit time of the last one, epoch microseconds
   * @param changes how many this process knows of; the same one may come twice
   * @param whole whether the keys are not all in the dead-letter table
   * @param reason why it was let go, and what to do
   */
  public record Missed(
      TableId table,
      String destination,
      ChangePosition first,
      ChangePosition last,
      long commitMicros,
      long changes,
      boolean whole,
      String reason) {
    private Missed with(RowOrigin origin, boolean wholeTable, String why) {
      boolean later = origin.position().compareTo(last) > 0;
      return new Missed(
          table,
          destination,
          first,
          later ? origin.position() : last,
          later ? origin.transaction().commitTimeMicros() : commitMicros,
          changes + 1,
          wholeTable,
          why);
    }
  }

  private final Ledger ledger;
  private final Predicate<String> keysTell;

  // Guarded by this, while the ledger is written too: what it says never goes back.
  private final Map<TableId, Missed> tallies = new HashMap<>();

  /**
   * @param keysTell whether the keys of a destination table are beyond doubt
   */
  public MissedChanges(Ledger ledger, Predicate<String> keysTell) {
    this.ledger = ledger;
    this.keysTell = keysTell;
  }

  /**
   * Makes durable what is missing of tables that were let go.
   *
   * @return the rows that are to become dead letters; all of those that were refused otherwise
   */
  public synchronized List<RefusedRow> remember(List<RefusedRow> refused)
      throws InterruptedException {
    List<RefusedRow> letters = new ArrayList<>();
    Map<TableId, Missed> now = new LinkedHashMap<>();
    for (RefusedRow row : refused) {
      if (!row.isKeyOnly()) {
        letters.add(row);
        continue;
      }
      TableId table = row.origin().route().relation().table();
      Missed tally = tally(now.getOrDefault(table, tallies.get(table)), row);
      now.put(table, tally);
      if (!tally.whole()) {
        letters.add(row);
      }
    }
    if (!now.isEmpty()) {
      ledger.record(List.copyOf(now.values()));
      tallies.putAll(now);
    }
    return letters;
  }

  private Missed tally(@Nullable Missed before, RefusedRow row) {
    RowOrigin origin = row.origin();
    boolean whole =
        (before != null && (before.whole() || before.changes() >= MOST_KEYS))
            || !keysTell.test(row.destination());
    String reason = row.refusal().describe();
    return before == null
        ? new Missed(
            origin.route().relation().table(),
            row.destination(),
            origin.position(),
            origin.position(),
            origin.transaction().commitTimeMicros(),
            1,
            whole,
            reason)
        : before.with(origin, whole, reason);
  }
}
