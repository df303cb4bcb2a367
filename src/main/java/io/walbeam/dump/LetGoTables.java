package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import io.walbeam.sink.LetGo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings tables back that were let go: now and then lets rows of one be tried and asks for a dump
 * of the keys that it misses, or of all of it, which ends at once if the table is as it was. Used
 * by one thread at a time.
 */
final class LetGoTables {
  private record Look(Instant next, Duration interval) {}

  /** Tells what a table misses, as far as its dead letters name it. */
  @FunctionalInterface
  interface Missing {
    /**
     * The keys of what is missing.
     *
     * @param until commit LSN of the last change that is missing
     * @return empty if they are not known, or too many
     */
    Optional<List<String>> keys(TableId table, long until) throws InterruptedException;
  }

  /** What is missing of a table that is asked for: up to where, and whether all of it. */
  private record Wanted(long until, boolean whole) {
    Wanted and(Wanted other) {
      return new Wanted(
          Long.compareUnsigned(until, other.until) > 0 ? until : other.until, whole || other.whole);
    }
  }

  private final LetGo letGo;
  private final TablePatterns meant;
  private final String token;
  private final Missing missing;
  private final Clock clock;
  private final Map<TableId, Look> looks = new HashMap<>();
  private final Map<TableId, Wanted> asking = new LinkedHashMap<>();

  /**
   * @param meant the tables of the job; others wait until they are among them again
   * @param token by which the job knows its own requests
   */
  LetGoTables(LetGo letGo, TablePatterns meant, String token, Missing missing, Clock clock) {
    this.letGo = letGo;
    this.meant = meant;
    this.token = token;
    this.missing = missing;
    this.clock = clock;
  }

  /** The open entries that finished dumps have settled. */
  static List<DumpEntry> settled(List<DumpEntry> known) {
    return known.stream()
        .filter(DumpEntry::isLetGo)
        .filter(
            entry ->
                LetterBatch.settles(entry, known, LetGoTables::isOver)
                    || known.stream()
                        .anyMatch(dump -> isOver(dump) && LetGoEntry.isSettledBy(entry, dump)))
        .toList();
  }

  /** What a dropped table missed nobody needs. */
  private static boolean isOver(DumpEntry dump) {
    return dump.status() == Status.FINISHED
        || (dump.status() == Status.SUPERSEDED && dump.error().equals(DumpRun.GONE));
  }

  /** Open entries of tables that the job is to write. */
  List<DumpEntry> open(List<DumpEntry> known) {
    return known.stream().filter(entry -> entry.isLetGo() && meant.matches(entry.table())).toList();
  }

  /**
   * Contents of the requests that are due.
   *
   * @param known every ledger entry
   * @param atOnce whether every table is due, as at a start
   */
  List<String> requests(List<DumpEntry> known, boolean atOnce) throws InterruptedException {
    asking.clear();
    Instant now = clock.instant();
    for (DumpEntry entry : open(known)) {
      if (isPending(entry, known)) {
        continue;
      }
      TableId table = entry.table();
      Look look =
          looks.computeIfAbsent(
              table, any -> new Look(now.plus(LetGo.FIRST_LOOK), LetGo.FIRST_LOOK));
      if (atOnce || !now.isBefore(look.next())) {
        letGo.lookAt(LetGoEntry.destination(entry));
        boolean whole = LetGoEntry.read(entry).whole() || LetterBatch.isRefused(entry, known);
        asking.merge(table, new Wanted(LetGoEntry.until(entry), whole), Wanted::and);
      }
    }
    List<TableId> tables = new ArrayList<>();
    List<String> requests = new ArrayList<>();
    for (Map.Entry<TableId, Wanted> wanted : asking.entrySet()) {
      Optional<List<String>> keys = keys(wanted.getKey(), wanted.getValue());
      if (keys.isPresent()) {
        requests.addAll(
            DumpRequest.ownLetters(wanted.getKey(), keys.get(), wanted.getValue().until(), token));
      } else {
        tables.add(wanted.getKey());
      }
    }
    for (int i = 0; i < tables.size(); i += NewTables.TABLES_PER_REQUEST) {
      requests.add(
          DumpRequest.own(
              tables.subList(i, Math.min(tables.size(), i + NewTables.TABLES_PER_REQUEST)), token));
    }
    return requests;
  }

  private Optional<List<String>> keys(TableId table, Wanted wanted) throws InterruptedException {
    return wanted.whole()
        ? Optional.empty()
        : missing.keys(table, wanted.until()).filter(DumpRequest::canName);
  }

  /** The requests are in the WAL. */
  void emitted() {
    for (TableId table : asking.keySet()) {
      Look look = looks.getOrDefault(table, new Look(clock.instant(), LetGo.FIRST_LOOK));
      looks.put(
          table, new Look(clock.instant().plus(look.interval()), LetGo.longer(look.interval())));
    }
    asking.clear();
  }

  private static boolean isPending(DumpEntry entry, List<DumpEntry> known) {
    return LetterBatch.isPending(entry, known)
        || known.stream()
            .anyMatch(dump -> !dump.status().isOver() && LetGoEntry.isSettledBy(entry, dump));
  }
}
