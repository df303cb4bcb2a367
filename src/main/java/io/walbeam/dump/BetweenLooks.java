package io.walbeam.dump;

import io.walbeam.postgres.TableShape;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds what was done to a table and undone before anybody looked, in what the stream said of its
 * rows: they went to another table, or into other columns, than the catalogue lets expect. Pure.
 *
 * <p>Names of columns are the affair of {@link SeenShapes}.
 */
final class BetweenLooks {
  private BetweenLooks() {}

  /**
   * The last commit with rows that were written elsewhere.
   *
   * @param described what the stream said, and the last commit with rows so described
   * @param position where the table was known as {@code before}
   * @param types object identifiers of the types that columns have now, by name
   */
  static Optional<Long> last(
      Map<DescribedTable, Long> described,
      long position,
      TableShape before,
      TableShape now,
      Map<String, Integer> types) {
    return described.entrySet().stream()
        .filter(one -> Long.compareUnsigned(one.getValue(), position) > 0)
        .filter(one -> isElsewhere(one.getKey(), before, now, types))
        .map(Map.Entry::getValue)
        .max(Long::compareUnsigned);
  }

  /** What is not the same in both looks is told by their comparison. */
  private static boolean isElsewhere(
      DescribedTable described, TableShape before, TableShape now, Map<String, Integer> types) {
    if (before.oid() != now.oid()) {
      return false;
    }
    return !described.table().equals(now.table())
        || isByAnotherKey(described, before, now)
        || hasOtherTypes(described, before, now, types);
  }

  private static boolean isByAnotherKey(
      DescribedTable described, TableShape before, TableShape now) {
    Set<String> key = sentKey(now);
    if (key.isEmpty() || !key.equals(sentKey(before)) || described.key().isEmpty()) {
      return false;
    }
    Set<String> flagged = new HashSet<>(described.key().get());
    flagged.removeAll(generated(now));
    return !flagged.equals(key);
  }

  /** Generated columns are left out: whether the stream flags them depends on the server. */
  private static Set<String> sentKey(TableShape shape) {
    Set<String> sent =
        shape.columns().stream()
            .filter(TableShape.Column::sent)
            .map(TableShape.Column::name)
            .collect(Collectors.toSet());
    sent.removeAll(generated(shape));
    sent.retainAll(shape.key());
    return sent;
  }

  private static Set<String> generated(TableShape shape) {
    return shape.columns().stream()
        .filter(TableShape.Column::generated)
        .map(TableShape.Column::name)
        .collect(Collectors.toSet());
  }

  private static boolean hasOtherTypes(
      DescribedTable described, TableShape before, TableShape now, Map<String, Integer> types) {
    for (TableShape.Column column : now.columns()) {
      int place = described.columns().indexOf(column.name());
      Integer type = types.get(column.name());
      if (place >= 0
          && type != null
          && !type.equals(described.types().get(place))
          && isAsBefore(column, before.columns())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAsBefore(TableShape.Column column, List<TableShape.Column> before) {
    return before.stream()
        .anyMatch(
            known ->
                known.number() == column.number()
                    && known.name().equals(column.name())
                    && known.type().equals(column.type()));
  }
}
