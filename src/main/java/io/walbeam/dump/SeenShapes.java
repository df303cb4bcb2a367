package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.postgres.TableShape;
import io.walbeam.sink.SchemaChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The columns that tables had whenever the catalogue was looked at. What the stream describes
 * otherwise was there between two looks only: its rows have values under names that nobody expects
 * them under. Used by one thread at a time.
 */
final class SeenShapes {
  /** Names of the columns that are sent, the oldest first. */
  private final Map<TableId, List<List<String>>> looks = new HashMap<>();

  /** Where each table was seen first: the dump that follows settles what was before. */
  private final Map<TableId, Long> first = new HashMap<>();

  /** What a look noticed, in their order. */
  void learn(SchemaChange change) {
    first.putIfAbsent(change.table(), change.position());
    KnownShape.parse(change.table(), change.after())
        .ifPresent(known -> learn(change.table(), names(known.shape())));
  }

  private void learn(TableId table, List<String> columns) {
    List<List<String>> seen = looks.computeIfAbsent(table, any -> new ArrayList<>());
    if (seen.isEmpty() || !seen.get(seen.size() - 1).equals(columns)) {
      seen.add(columns);
    }
  }

  /** The columns of a table that are sent. */
  static List<String> names(TableShape shape) {
    return shape.columns().stream()
        .filter(TableShape.Column::sent)
        .map(TableShape.Column::name)
        .toList();
  }

  /**
   * The last commit with rows of columns that no look has seen.
   *
   * @param described tables as the stream described them, and the last commit with that
   */
  Optional<Long> lastUnseen(TableId table, Map<DescribedTable, Long> described) {
    List<List<String>> seen = looks.getOrDefault(table, List.of());
    return described.entrySet().stream()
        .filter(one -> isUnseen(one.getKey().columns(), seen))
        .map(Map.Entry::getValue)
        .filter(commit -> Long.compareUnsigned(commit, first.getOrDefault(table, -1L)) > 0)
        .max(Long::compareUnsigned);
  }

  /**
   * Whether rows may have been written under names that no look has seen, so that their values are
   * in other columns than the catalogue lets expect.
   *
   * @param columns as the stream described them
   * @param looks columns that were sent at every look, the oldest first; none if there was no look
   */
  static boolean isUnseen(List<String> columns, List<List<String>> looks) {
    for (int i = 0; i < looks.size(); i++) {
      List<String> before = looks.get(Math.max(0, i - 1));
      List<String> after = looks.get(i);
      boolean known =
          columns.stream().allMatch(name -> before.contains(name) || after.contains(name));
      if (known && (isInOrder(columns, before) || isInOrder(columns, after))) {
        return false;
      }
    }
    return !looks.isEmpty();
  }

  /** A column's place says which one it is: a new one is the last. */
  private static boolean isInOrder(List<String> columns, List<String> look) {
    int last = -1;
    for (String name : columns) {
      int place = look.indexOf(name);
      if (place >= 0) {
        if (place < last) {
          return false;
        }
        last = place;
      }
    }
    return true;
  }
}
