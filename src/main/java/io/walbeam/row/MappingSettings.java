package io.walbeam.row;

import java.io.Serializable;
import java.util.List;

/**
 * What the operator chose about tables.
 *
 * @param maxStaleness ISO-8601 duration, or empty for none
 * @param mode what is written for a table that has a key
 * @param database name of the source database, which each change tells
 * @param structures how arrays and the like are written
 * @param contexts prefixes of the logical messages in which the application tells the context of a
 *     transaction
 * @param form what rows are
 * @param unrepresentable what is written of values that BigQuery lacks
 * @param history what is made of changelogs
 */
public record MappingSettings(
    TableNameTemplate tableName,
    String maxStaleness,
    WriteMode mode,
    String database,
    StructureMode structures,
    List<String> contexts,
    RowForm form,
    Unrepresentable unrepresentable,
    HistoryMode history)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public MappingSettings {
    contexts = List.copyOf(contexts);
  }

  /** Rows of BigQuery tables, and dead letters of what BigQuery lacks. */
  public MappingSettings(
      TableNameTemplate tableName,
      String maxStaleness,
      WriteMode mode,
      String database,
      StructureMode structures,
      List<String> contexts) {
    this(
        tableName,
        maxStaleness,
        mode,
        database,
        structures,
        contexts,
        RowForm.TABLE_ROW,
        Unrepresentable.DEAD_LETTERS,
        HistoryMode.NONE);
  }

  /** No context. */
  public MappingSettings(
      TableNameTemplate tableName,
      String maxStaleness,
      WriteMode mode,
      String database,
      StructureMode structures) {
    this(tableName, maxStaleness, mode, database, structures, List.of());
  }

  /** Arrays as JSON, and no context. */
  public MappingSettings(
      TableNameTemplate tableName, String maxStaleness, WriteMode mode, String database) {
    this(tableName, maxStaleness, mode, database, StructureMode.JSON);
  }

  /** The same for the current state only, which does not tell the database. */
  public MappingSettings(TableNameTemplate tableName, String maxStaleness) {
    this(tableName, maxStaleness, WriteMode.UPSERT, "");
  }
}
