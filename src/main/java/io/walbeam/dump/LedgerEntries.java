package io.walbeam.dump;

import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Kind;
import io.walbeam.sink.DumpEntry.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ledger's entries of one slot, as this process knows them. Guarded by its owner. */
final class LedgerEntries {
  private final long epoch;
  private final Map<EntryKey, DumpEntry> entries = new LinkedHashMap<>();

  /**
   * @param epoch the present one; entries of others are history
   */
  LedgerEntries(long epoch) {
    this.epoch = epoch;
  }

  /** Takes an entry unless a later state of it is known. */
  void learn(DumpEntry entry) {
    entries.putIfAbsent(EntryKey.of(entry), entry);
  }

  /** Takes the state that an entry has now. */
  void put(DumpEntry entry) {
    entries.put(EntryKey.of(entry), entry);
  }

  /** All, in the order in which they became known. */
  List<DumpEntry> all() {
    return List.copyOf(entries.values());
  }

  /** Those of this epoch that are not over. */
  List<DumpEntry> unfinished() {
    return entries.values().stream()
        .filter(entry -> !entry.status().isOver() && entry.epoch() == epoch)
        .toList();
  }

  /** A crash between asking and noting makes two initial requests; one is enough. */
  boolean isDuplicate(DumpEntry entry) {
    return entry.kind() == Kind.INITIAL
        && DumpScope.parse(entry.scope()).isAll()
        && entry.status() == Status.REQUESTED
        && entries.values().stream()
            .anyMatch(
                other ->
                    other.kind() == Kind.INITIAL
                        && other.table().equals(entry.table())
                        && other.epoch() == entry.epoch()
                        && !EntryKey.of(other).equals(EntryKey.of(entry))
                        && (other.status() == Status.FINISHED || other.status() == Status.RUNNING));
  }
}
