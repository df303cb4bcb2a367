package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The view of a changelog in which each row is a version of a source's row, with the time from and
 * until which it was valid.
 *
 * @param name inside the dataset
 * @param description shown to users
 * @param columns of the source's rows, in their order
 */
public record HistoryView(String name, String description, List<Column> columns) {
  /** What its name ends with. */
  static final String SUFFIX = "_history";

  /**
   * One column.
   *
   * @param source its name in the images of the changelog
   * @param name in the view
   * @param type as in a table of current states, outside of its key
   * @param key whether it is part of the key
   * @param large whether a change may leave its value out
   */
  public record Column(
      String source, String name, DestinationType type, boolean key, boolean large) {}

  /** PostgreSQL never moves values of these types out of their row. */
  private static final Set<String> NEVER_LARGE =
      Set.of(
          "bool",
          "int2",
          "int4",
          "int8",
          "oid",
          "float4",
          "float8",
          "money",
          "date",
          "time",
          "timestamp",
          "timestamptz");

  public HistoryView {
    columns = List.copyOf(columns);
  }

  /** Of a table with a key; empty if a column of the key has a name that no path can have. */
  static Optional<HistoryView> of(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    List<RelationColumn> columns = relation.columns();
    List<String> names = ColumnNames.of(columns.stream().map(RelationColumn::name).toList());
    StructureMode structures =
        settings.structures() == StructureMode.TEXT ? StructureMode.TEXT : StructureMode.JSON;
    List<Column> made = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      RelationColumn column = columns.get(i);
      boolean inKey = key.positions().contains(i);
      if (column.name().indexOf('"') < 0 && column.name().indexOf('\\') < 0) {
        made.add(
            new Column(
                column.name(),
                names.get(i),
                TypeMapping.of(column, false, types, structures, Optional.empty()).type(),
                inKey,
                !NEVER_LARGE.contains(TypeMapping.baseName(column, types.announced()))));
      } else if (inKey) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new HistoryView(
            settings.tableName().nameOf(relation.table()) + SUFFIX,
            "Versions of the rows of the PostgreSQL table "
                + relation.table().quoted()
                + " and when they were valid, kept by walbeam.",
            made));
  }
}
