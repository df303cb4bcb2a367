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

  /** Takes an entry unless a later state of it is known: another worker may have finished it. */
  void learn(DumpEntry entry) {
    entries.merge(
        EntryKey.of(entry),
        entry,
        (known, read) -> {
          if (entry.kind() == Kind.LET_GO) {
            return LetGoEntry.later(known, read);
          }
          return read.status().isOver() && !known.status().isOver() ? read : known;
        });
  }

  /** Takes the state that an entry has now. */
  void put(DumpEntry entry) {
    entries.put(EntryKey.of(entry), entry);
  }

  /** All, in the order in which they became known. */
  List<DumpEntry> all() {
    return List.copyOf(entries.values());
  }

  /** Those of this epoch that are not over, and that somebody is to carry out. */
  List<DumpEntry> unfinished() {
    return entries.values().stream()
        .filter(entry -> entry.kind() != Kind.LET_GO)
        .filter(entry -> !entry.status().isOver() && entry.epoch() == epoch)
        .toList();
  }

  /**
   * Whether a dump of a whole table that has not begun brings nothing: a later one waits too, or a
   * crash between asking and noting made two initial requests.
   */
  boolean isDuplicate(DumpEntry entry) {
    return isWhole(entry)
        && entry.status() == Status.REQUESTED
        && entries.values().stream()
            .filter(other -> isWhole(other) && other.table().equals(entry.table()))
            .filter(other -> other.epoch() == entry.epoch())
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
