package io.walbeam.dump;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the stream described a table: what decides where its rows are written.
 *
 * @param columns their names, in the order of the rows
 * @param types object identifiers of the columns' types, in the same order
 * @param key names of the columns that tell rows apart; empty if the description does not tell
 */
record DescribedTable(
    TableId table, List<String> columns, List<Integer> types, Optional<Set<String>> key) {
  DescribedTable {
    columns = List.copyOf(columns);
    types = List.copyOf(types);
    key = key.map(Set::copyOf);
  }

  static DescribedTable of(Relation relation) {
    boolean tells =
        relation.identity() == ReplicaIdentity.DEFAULT
            || relation.identity() == ReplicaIdentity.INDEX;
    return new DescribedTable(
        relation.table(),
        relation.columns().stream().map(RelationColumn::name).toList(),
        relation.columns().stream().map(RelationColumn::typeOid).toList(),
        tells
            ? Optional.of(
                relation.columns().stream()
                    .filter(RelationColumn::identity)
                    .map(RelationColumn::name)
                    .collect(Collectors.toSet()))
            : Optional.empty());
  }
}
