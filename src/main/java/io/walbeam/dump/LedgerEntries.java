package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ledger's entries of one slot, as this process knows them. What is asked at every turn costs
 * the same however many tables there are. Guarded by its owner.
 */
final class LedgerEntries {
  private final long epoch;
  private final Map<EntryKey, DumpEntry> entries = new LinkedHashMap<>();
  private final Map<TableId, Map<EntryKey, DumpEntry>> byTable = new HashMap<>();
  private final Map<EntryKey, DumpEntry> dumps = new LinkedHashMap<>();
  private final Map<EntryKey, DumpEntry> truncations = new LinkedHashMap<>();
  private long latestRequest;

  /**
   * @param epoch the present one; entries of others are history
   */
  LedgerEntries(long epoch) {
    this.epoch = epoch;
  }

  /** Takes an entry unless a later state of it is known: another worker may have finished it. */
  void learn(DumpEntry entry) {
    DumpEntry known = entries.get(EntryKey.of(entry));
    if (known == null) {
      put(entry);
    } else if (entry.kind() == Kind.LET_GO) {
      put(LetGoEntry.later(known, entry));
    } else if (entry.status().isOver() && !known.status().isOver()) {
      put(entry);
    }
  }

  /** Takes the state that an entry has now. */
  void put(DumpEntry entry) {
    EntryKey key = EntryKey.of(entry);
    entries.put(key, entry);
    byTable.computeIfAbsent(entry.table(), any -> new LinkedHashMap<>()).put(key, entry);
    if (entry.epoch() != epoch || !(entry.isDump() || entry.kind() == Kind.TRUNCATE)) {
      return;
    }
    if (Long.compareUnsigned(entry.requestLsn(), latestRequest) > 0) {
      latestRequest = entry.requestLsn();
    }
    Map<EntryKey, DumpEntry> unfinished = entry.isDump() ? dumps : truncations;
    if (entry.status().isOver()) {
      unfinished.remove(key);
    } else {
      unfinished.put(key, entry);
    }
  }

  /** All, in the order in which they became known. */
  List<DumpEntry> all() {
    return List.copyOf(entries.values());
  }

  /** Dumps of this epoch that are not over, in the order in which they became known. */
  Collection<DumpEntry> unfinishedDumps() {
    return Collections.unmodifiableCollection(dumps.values());
  }

  /** Truncations of this epoch that are not over, in the order in which they became known. */
  Collection<DumpEntry> unfinishedTruncations() {
    return Collections.unmodifiableCollection(truncations.values());
  }

  /** Tables of which an initial dump of this epoch has failed and no dump has taken its place. */
  Set<TableId> failedInitial() {
    return entries.values().stream()
        .filter(entry -> entry.epoch() == epoch && entry.kind() == Kind.INITIAL)
        .filter(entry -> entry.status() == Status.FAILED)
        .map(DumpEntry::table)
        .filter(
            table ->
                !NewTables.isCovered(
                    List.copyOf(byTable.getOrDefault(table, Map.of()).values()), epoch))
        .collect(Collectors.toSet());
  }

  /** Highest position of a request of this epoch, unsigned; 0 if none is known. */
  long latestRequest() {
    return latestRequest;
  }

  /**
   * Whether a dump of a whole table that has not begun brings nothing: a later one waits too, or a
   * crash between asking and noting made two initial requests.
   */
  boolean isDuplicate(DumpEntry entry) {
    return entry.status() == Status.REQUESTED
        && isWhole(entry)
        && byTable.getOrDefault(entry.table(), Map.of()).values().stream()
            .filter(other -> other.epoch() == entry.epoch() && isWhole(other))
            .anyMatch(other -> isLaterRequest(other, entry) || isSameInitial(other, entry));
  }

  private static boolean isWhole(DumpEntry entry) {
    return entry.isDump() && DumpScope.parse(entry.scope()).isAll();
  }

  private static boolean isLaterRequest(DumpEntry other, DumpEntry entry) {
    int order = Long.compareUnsigned(other.requestLsn(), entry.requestLsn());
    return other.status() == Status.REQUESTED
        && (order > 0
            || (order == 0 && Long.compareUnsigned(changeLsn(other), changeLsn(entry)) > 0));
  }

  private static long changeLsn(DumpEntry entry) {
    return entry.order().point().changeLsn();
  }

  private static boolean isSameInitial(DumpEntry other, DumpEntry entry) {
    return entry.kind() == Kind.INITIAL
        && other.kind() == Kind.INITIAL
        && !EntryKey.of(other).equals(EntryKey.of(entry))
        && (other.status() == Status.FINISHED || other.status() == Status.RUNNING);
  }
}
