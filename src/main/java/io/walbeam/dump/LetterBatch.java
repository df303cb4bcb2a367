package io.walbeam.dump;

import io.walbeam.change.Lsn;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @param isDone whether a dump has done what it can
   */
  static boolean settles(DumpEntry letGo, List<DumpEntry> known, Predicate<DumpEntry> isDone) {
    Map<LetterBatch, Integer> finished = new HashMap<>();
    for (DumpEntry dump : known) {
      if (isDone.test(dump)) {
        brought(letGo, dump).ifPresent(batch -> finished.merge(batch, 1, Integer::sum));
      }
    }
    return finished.entrySet().stream()
        .anyMatch(batch -> batch.getValue() >= batch.getKey().parts());
  }

  /** Whether such a dump is to come. */
  static boolean isPending(DumpEntry letGo, List<DumpEntry> known) {
    return known.stream()
        .anyMatch(dump -> !dump.status().isOver() && brought(letGo, dump).isPresent());
  }

  /** Whether such a dump cannot be carried out, as when the key has other columns now. */
  static boolean isRefused(DumpEntry letGo, List<DumpEntry> known) {
    return known.stream()
        .anyMatch(
            dump ->
                (dump.status() == Status.FAILED || dump.status() == Status.REFUSED)
                    && brought(letGo, dump).isPresent());
  }

  /** That of which the dump brings a part, if it was asked for after the last that is missing. */
  private static Optional<LetterBatch> brought(DumpEntry letGo, DumpEntry dump) {
    if (!dump.isDump()
        || dump.epoch() != letGo.epoch()
        || !dump.table().equals(letGo.table())
        || LetGoEntry.read(letGo).whole()) {
      return Optional.empty();
    }
    DumpScope scope = DumpScope.parse(dump.scope());
    if (scope.batch().isEmpty() || scope.foreign()) {
      return Optional.empty();
    }
    LetterBatch batch = parse(scope.batch());
    long until = LetGoEntry.until(letGo);
    return Long.compareUnsigned(batch.until(), until) >= 0
            && Long.compareUnsigned(dump.requestLsn(), until) > 0
        ? Optional.of(batch)
        : Optional.empty();
  }
}
