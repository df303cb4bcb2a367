package io.walbeam.change;

import java.util.List;

/**
 * A published table as the replication stream describes it at one moment.
 *
 * @param id object identifier of the relation, unsigned 32 bits
 * @param columns the published columns in the order of every tuple
 */
public record Relation(
    int id, TableId table, ReplicaIdentity identity, List<RelationColumn> columns) {
  public Relation {
    columns = List.copyOf(columns);
  }
}
