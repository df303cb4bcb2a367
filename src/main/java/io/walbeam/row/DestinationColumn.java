package io.walbeam.row;

import java.util.List;

/**
 * One column of a destination table.
 *
 * @param name a valid BigQuery column name, unique in its table ignoring case
 * @param field number of the protobuf field that carries it
 * @param required whether NULL is refused; only key columns are
 * @param description shown to users; tells the PostgreSQL column and type
 * @param members columns of a STRUCT, else empty
 */
public record DestinationColumn(
    String name,
    DestinationType type,
    int field,
    boolean required,
    String description,
    List<DestinationColumn> members) {
  public DestinationColumn {
    members = List.copyOf(members);
  }
}
