package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.postgres.UniqueIndex;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Chooses what tells the rows of a relation apart where its description does not: under FULL, which
 * flags every column, under NOTHING, which flags none, and where a column of the key is not sent,
 * as generated ones are. Pure.
 */
final class KeyChoice {
  private KeyChoice() {}

  /**
   * Names of the key's columns.
   *
   * @param indexes the relation's as the catalogue has them now
   * @return empty if the description tells, or if there is nothing to choose; with a column that
   *     the relation does not have if rows cannot be told apart by what is sent
   */
  static List<String> of(Relation relation, List<UniqueIndex> indexes) {
    Set<String> sent = names(relation);
    return switch (relation.identity()) {
      case FULL, NOTHING ->
          index(indexes, UniqueIndex::primary)
              .map(primary -> sentAsAWhole(primary, sent, indexes).columns())
              .orElse(List.of());
      case DEFAULT -> flagged(relation, sent, indexes, index(indexes, UniqueIndex::primary));
      case INDEX -> flagged(relation, sent, indexes, index(indexes, UniqueIndex::identity));
    };
  }

  /**
   * Whether the primary key has got columns, or new names of columns, since the relation was
   * described, in a table whose descriptions do not flag the key: what told its rows apart then is
   * not in the catalogue any more.
   */
  static boolean isOlder(Relation relation, List<UniqueIndex> indexes) {
    boolean untold =
        relation.identity() == ReplicaIdentity.FULL
            || relation.identity() == ReplicaIdentity.NOTHING;
    Set<String> sent = names(relation);
    return untold
        && index(indexes, UniqueIndex::primary)
            .filter(primary -> !primary.maybeUnsent() && !sent.containsAll(primary.columns()))
            .isPresent();
  }

  private static Set<String> names(Relation relation) {
    return relation.columns().stream().map(RelationColumn::name).collect(Collectors.toSet());
  }

  private static UniqueIndex sentAsAWhole(
      UniqueIndex primary, Set<String> sent, List<UniqueIndex> indexes) {
    return sent.containsAll(primary.columns()) ? primary : smallest(indexes, sent).orElse(primary);
  }

  /**
   * What is flagged does, if it is all of the identity, or unique by itself. It is not of the
   * identity if a column of that was renamed or dropped since: then the description is right about
   * its own rows.
   */
  private static List<String> flagged(
      Relation relation,
      Set<String> sent,
      List<UniqueIndex> indexes,
      Optional<UniqueIndex> identity) {
    Set<String> flagged =
        relation.columns().stream()
            .filter(RelationColumn::identity)
            .map(RelationColumn::name)
            .collect(Collectors.toSet());
    boolean tells =
        identity.isEmpty()
            || !identity.get().columns().containsAll(flagged)
            || sent.containsAll(identity.get().columns())
            || smallest(indexes, flagged).isPresent();
    return tells ? List.of() : identity.get().columns();
  }

  private static Optional<UniqueIndex> index(
      List<UniqueIndex> indexes, Predicate<UniqueIndex> which) {
    return indexes.stream().filter(which).findFirst();
  }

  /** The one of the fewest columns that are all among {@code names}. */
  private static Optional<UniqueIndex> smallest(List<UniqueIndex> indexes, Set<String> names) {
    return indexes.stream()
        .filter(index -> !index.nullable() && names.containsAll(index.columns()))
        .min(Comparator.comparingInt(index -> index.columns().size()));
  }
}
