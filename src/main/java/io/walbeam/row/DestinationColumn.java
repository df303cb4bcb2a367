package io.walbeam.row;

import java.util.List;

/**
 * One column of a destination table.
 *
 * @param name a valid BigQuery column name, unique in its table ignoring case
 * @param field number of the protobuf field that carries it
 * @param required whether NULL is refused; only key columns are
 * @param repeated whether it is an array of {@code type}; such a column is never NULL
 * @param description shown to users; tells the PostgreSQL column and type
 * @param members columns of a STRUCT, else empty
 */
public record DestinationColumn(
    String name,
    DestinationType type,
    int field,
    boolean required,
    boolean repeated,
    String description,
    List<DestinationColumn> members) {
  /** Before and after the source column's name, in the descriptions of columns that have one. */
  public static final String SOURCE = "PostgreSQL column \"";

  public static final String SOURCE_END = "\", ";

  public DestinationColumn {
    members = List.copyOf(members);
  }

  /** A column that has one value. */
  public DestinationColumn(
      String name,
      DestinationType type,
      int field,
      boolean required,
      String description,
      List<DestinationColumn> members) {
    this(name, type, field, required, false, description, members);
  }

  /** The same under another name. */
  public DestinationColumn named(String other) {
    return new DestinationColumn(other, type, field, required, repeated, description, members);
  }

  /** The type in words, {@code INT64} or {@code ARRAY<INT64>}. */
  public String typeName() {
    return repeated ? "ARRAY<" + type + ">" : type.name();
  }
}
