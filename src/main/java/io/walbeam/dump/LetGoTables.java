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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings tables back that were let go: now and then lets rows of one be tried and asks for a dump
 * of all of it, which ends at once if the table is as it was. Used by one thread at a time.
 */
final class LetGoTables {
  private record Look(Instant next, Duration interval) {}

  private final LetGo letGo;
  private final TablePatterns meant;
  private final String token;
  private final Clock clock;
  private final Map<TableId, Look> looks = new HashMap<>();
  private final Set<TableId> asking = new LinkedHashSet<>();

  /**
   * @param meant the tables of the job; others wait until they are among them again
   * @param token by which the job knows its own requests
   */
  LetGoTables(LetGo letGo, TablePatterns meant, String token, Clock clock) {
    this.letGo = letGo;
    this.meant = meant;
    this.token = token;
    this.clock = clock;
  }

  /** The open entries that a finished dump has settled. */
  static List<DumpEntry> settled(List<DumpEntry> known) {
    return known.stream()
        .filter(DumpEntry::isLetGo)
        .filter(
            entry ->
                known.stream()
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
  List<String> requests(List<DumpEntry> known, boolean atOnce) {
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
        asking.add(table);
      }
    }
    List<TableId> tables = List.copyOf(asking);
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < tables.size(); i += NewTables.TABLES_PER_REQUEST) {
      requests.add(
          DumpRequest.own(
              tables.subList(i, Math.min(tables.size(), i + NewTables.TABLES_PER_REQUEST)), token));
    }
    return requests;
  }

  /** The requests are in the WAL. */
  void emitted() {
    for (TableId table : asking) {
      Look look = looks.getOrDefault(table, new Look(clock.instant(), LetGo.FIRST_LOOK));
      looks.put(
          table, new Look(clock.instant().plus(look.interval()), LetGo.longer(look.interval())));
    }
    asking.clear();
  }

  private static boolean isPending(DumpEntry entry, List<DumpEntry> known) {
    return known.stream()
        .anyMatch(dump -> !dump.status().isOver() && LetGoEntry.isSettledBy(entry, dump));
  }
}
