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
  /** Before and after the source column's name, in the descriptions of columns that have one. */
  public static final String SOURCE = "PostgreSQL column \"";

  public static final String SOURCE_END = "\", ";

  public DestinationColumn {
    members = List.copyOf(members);
  }
}
