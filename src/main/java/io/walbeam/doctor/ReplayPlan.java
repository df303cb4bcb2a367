package io.walbeam.doctor;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.sink.DeadLetterCount;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which tables are to be dumped so that their open dead letters are settled. Immutable.
 *
 * @param letters of each table and class that is meant
 * @param tables to be dumped, sorted by name
 * @param unpublished tables that are meant and cannot be dumped, because they are not published
 */
public record ReplayPlan(
    List<DeadLetterCount> letters, List<TableId> tables, List<TableId> unpublished) {
  public ReplayPlan {
    letters = List.copyOf(letters);
    tables = List.copyOf(tables);
    unpublished = List.copyOf(unpublished);
  }

  /**
   * What is meant.
   *
   * @param errorClass the only one meant, empty for all
   * @param since when the youngest letter of a table and class was set aside at the earliest
   */
  public record Choice(TablePatterns tables, Optional<String> errorClass, Optional<Instant> since) {
    private boolean means(DeadLetterCount letters) {
      return tables.matches(letters.table())
          && errorClass.map(letters.errorClass()::equals).orElse(true)
          && since
              .map(time -> letters.lastMicros() >= ChronoUnit.MICROS.between(Instant.EPOCH, time))
              .orElse(true);
    }
  }

  /**
   * Makes the plan.
   *
   * @param open every open dead letter, counted
   * @param published tables that a dump can be asked for
   */
  public static ReplayPlan of(
      Collection<DeadLetterCount> open, Set<TableId> published, Choice choice) {
    List<DeadLetterCount> meant = open.stream().filter(choice::means).toList();
    TreeMap<String, TableId> byName = new TreeMap<>();
    meant.forEach(letters -> byName.put(letters.table().toString(), letters.table()));
    return new ReplayPlan(
        meant,
        byName.values().stream().filter(published::contains).toList(),
        byName.values().stream().filter(table -> !published.contains(table)).toList());
  }
}
