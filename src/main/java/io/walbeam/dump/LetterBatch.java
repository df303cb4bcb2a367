package io.walbeam.dump;

import io.walbeam.change.Lsn;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The requests that together bring what a table misses that was let go: each names some of the keys
 * that its dead letters have, and only all of them settle it.
 *
 * @param id of its own
 * @param parts how many requests
 * @param until commit LSN up to which the letters were complete, unsigned
 */
record LetterBatch(String id, int parts, long until) {
  private static final int FIELDS = 3;

  /** A new one. */
  static LetterBatch of(int parts, long until) {
    return new LetterBatch(UUID.randomUUID().toString(), parts, until);
  }

  /** The form in a request. */
  String text() {
    return id + " " + parts + " " + Lsn.format(until);
  }

  private static LetterBatch parse(String text) {
    String[] fields = text.split(" ", -1);
    return fields.length == FIELDS
        ? new LetterBatch(fields[0], Integer.parseInt(fields[1]), Lsn.parse(fields[2]).value())
        : new LetterBatch("", 0, 0);
  }

  /**
   * Whether dumps of keys have brought all that is missing.
   *
   * @param brought whether a dump has done what it can
   */
  static boolean settles(DumpEntry letGo, List<DumpEntry> known, Predicate<DumpEntry> brought) {
    Map<LetterBatch, List<DumpEntry>> finished = new HashMap<>();
    for (DumpEntry dump : known) {
      if (brought.test(dump) && isPart(letGo, dump)) {
        finished.computeIfAbsent(batch(dump), any -> new ArrayList<>()).add(dump);
      }
    }
    return finished.entrySet().stream()
        .anyMatch(batch -> batch.getValue().size() >= batch.getKey().parts());
  }

  /** Whether such a dump is to come. */
  static boolean isPending(DumpEntry letGo, List<DumpEntry> known) {
    return known.stream().anyMatch(dump -> !dump.status().isOver() && isPart(letGo, dump));
  }

  /** Whether such a dump cannot be carried out, as when the key has other columns now. */
  static boolean isRefused(DumpEntry letGo, List<DumpEntry> known) {
    return known.stream()
        .anyMatch(
            dump ->
                (dump.status() == Status.FAILED || dump.status() == Status.REFUSED)
                    && isPart(letGo, dump));
  }

  /** Whether the dump brings a part of what is missing, asked for after the last of it. */
  private static boolean isPart(DumpEntry letGo, DumpEntry dump) {
    if (!dump.isDump()
        || dump.epoch() != letGo.epoch()
        || !dump.table().equals(letGo.table())
        || LetGoEntry.read(letGo).whole()) {
      return false;
    }
    DumpScope scope = DumpScope.parse(dump.scope());
    long until = LetGoEntry.until(letGo);
    return !scope.batch().isEmpty()
        && !scope.foreign()
        && Long.compareUnsigned(batch(dump).until(), until) >= 0
        && Long.compareUnsigned(dump.requestLsn(), until) > 0;
  }

  private static LetterBatch batch(DumpEntry dump) {
    return parse(DumpScope.parse(dump.scope()).batch());
  }
}
