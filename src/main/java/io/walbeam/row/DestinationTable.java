package io.walbeam.row;

import java.util.List;
import java.util.Optional;

/**
 * A table as the destination must have it before its first row, and the layout of its rows.
 *
 * <p>Rows of a keyed table carry protobuf field {@link #CHANGE_TYPE_FIELD} (string {@code
 * _CHANGE_TYPE}) and {@link #SEQUENCE_NUMBER_FIELD} (string {@code _CHANGE_SEQUENCE_NUMBER}); rows
 * of other tables are plain inserts.
 *
 * @param name table name inside the dataset
 * @param columns in table order
 * @param primaryKey column names, empty for a table without change type
 * @param clustering column names, at most four
 * @param description shown to users
 * @param maxStaleness ISO-8601 duration, or empty for none
 * @param partitioning the TIMESTAMP column by whose day the table is partitioned, or empty for none
 * @param view of a changelog, if the table is one
 */
public record DestinationTable(
    String name,
    List<DestinationColumn> columns,
    List<String> primaryKey,
    List<String> clustering,
    String description,
    String maxStaleness,
    String partitioning,
    Optional<ChangesView> view) {
  /** What the description of a source table's current state begins with. */
  public static final String CURRENT_STATE = "Current state of the PostgreSQL table ";

  /** Protobuf field of {@code _CHANGE_TYPE}. */
  public static final int CHANGE_TYPE_FIELD = 1;

  /** Protobuf field of {@code _CHANGE_SEQUENCE_NUMBER}. */
  public static final int SEQUENCE_NUMBER_FIELD = 2;

  /** Lowest protobuf field of a column; the change fields never move when columns are added. */
  public static final int FIRST_COLUMN_FIELD = 3;

  public DestinationTable {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    clustering = List.copyOf(clustering);
  }

  /** A table without partitions and view. */
  public DestinationTable(
      String name,
      List<DestinationColumn> columns,
      List<String> primaryKey,
      List<String> clustering,
      String description,
      String maxStaleness) {
    this(name, columns, primaryKey, clustering, description, maxStaleness, "", Optional.empty());
  }

  /** Whether rows are upserts and deletes by key. */
  public boolean keyed() {
    return !primaryKey.isEmpty();
  }

  /** The same under another name. */
  public DestinationTable named(String other, String otherDescription) {
    return new DestinationTable(
        other, columns, primaryKey, clustering, otherDescription, maxStaleness, partitioning, view);
  }
}
