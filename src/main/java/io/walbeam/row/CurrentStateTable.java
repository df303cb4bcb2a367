package io.walbeam.row;

import io.walbeam.change.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/** The table of a relation's current state, as the destination shall have it. Pure. */
final class CurrentStateTable {
  private static final int MOST_CLUSTERING_COLUMNS = 4;

  private static final String TEXT_SUFFIX = "__text";

  private CurrentStateTable() {}

  /**
   * The table.
   *
   * @param names of the columns, in the order of the relation's
   * @param texts columns whose values may be written as text beside them
   */
  static DestinationTable of(
      Relation relation,
      KeyColumns key,
      List<String> names,
      List<TypeMapping> mappings,
      SortedSet<Integer> texts,
      MappingSettings settings) {
    List<DestinationColumn> columns = new ArrayList<>();
    List<String> primaryKey = new ArrayList<>();
    List<String> clustering = new ArrayList<>();
    columns.add(RowHeader.column());
    for (int i = 0; i < names.size(); i++) {
      boolean inKey = key.positions().contains(i);
      TypeMapping mapping = mappings.get(i);
      columns.add(
          new DestinationColumn(
              names.get(i),
              mapping.type(),
              field(i),
              inKey,
              mapping.isRepeated(),
              DestinationColumn.SOURCE
                  + relation.columns().get(i).name()
                  + DestinationColumn.SOURCE_END
                  + mapping.source()
                  + ".",
              List.of()));
      if (inKey) {
        primaryKey.add(names.get(i));
      }
      // Of the types that a key may have, BYTES alone cannot be clustered.
      if (inKey
          && mapping.type() != DestinationType.BYTES
          && clustering.size() < MOST_CLUSTERING_COLUMNS) {
        clustering.add(names.get(i));
      }
    }
    columns.addAll(textColumns(relation, names, texts));
    return new DestinationTable(
        settings.tableName().nameOf(relation.table()),
        columns,
        primaryKey,
        clustering,
        DestinationTable.CURRENT_STATE + relation.table().quoted() + ", kept by walbeam.",
        settings.maxStaleness());
  }

  /** Columns for the text of values that BigQuery lacks, behind all others. */
  private static List<DestinationColumn> textColumns(
      Relation relation, List<String> names, SortedSet<Integer> texts) {
    List<String> wanted = new ArrayList<>(names);
    texts.forEach(column -> wanted.add(names.get(column) + TEXT_SUFFIX));
    List<String> unique = ColumnNames.of(wanted, RowHeader.COLUMN);
    List<DestinationColumn> columns = new ArrayList<>();
    int next = names.size();
    for (int column : texts) {
      columns.add(
          new DestinationColumn(
              unique.get(next),
              DestinationType.STRING,
              field(next),
              false,
              "Text of the values that BigQuery lacks in PostgreSQL column \""
                  + relation.columns().get(column).name()
                  + "\".",
              List.of()));
      next++;
    }
    return columns;
  }

  /** Protobuf field of the column; those of texts follow the relation's. */
  static int field(int column) {
    return RowHeader.FIELD + 1 + column;
  }
}
