package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changelog as it was made before it was append-only: its key is the position, so a change that
 * is written twice is there once, and BigQuery reads all of it to see to that. Tables that exist in
 * this shape go on being written in it.
 */
final class KeyedChangelog implements ChangelogMapping {
  private static final int POSITION = RowHeader.FIELD + 1;
  private static final int KEY = RowHeader.FIELD + 2;
  private static final int BEFORE = RowHeader.FIELD + 3;
  private static final int AFTER = RowHeader.FIELD + 4;
  private static final int UNCHANGED = RowHeader.FIELD + 5;

  private final KeyColumns key;
  private final DestinationTable destination;

  private KeyedChangelog(KeyColumns key, DestinationTable destination) {
    this.key = key;
    this.destination = destination;
  }

  /**
   * Compiles the changelog of a table.
   *
   * @param key the table's key, which may not exist
   */
  static KeyedChangelog compile(Relation relation, KeyColumns key, MappingSettings settings) {
    List<DestinationColumn> columns =
        List.of(
            RowHeader.columnOfChanges(),
            new DestinationColumn(
                "position",
                DestinationType.STRING,
                POSITION,
                true,
                "Orders the changes: epoch, commit LSN, change LSN and index, as padded hexadecimal"
                    + " numbers.",
                List.of()),
            json("key", KEY, "The key columns, if the table has a key."),
            json(
                "before",
                BEFORE,
                "The old row under REPLICA IDENTITY FULL, else its key columns if they are known."),
            json(
                "after", AFTER, "The new row; columns that the change did not carry are left out."),
            json("unchanged_columns", UNCHANGED, "Names of the columns left out of the new row."));
    return new KeyedChangelog(
        key,
        new DestinationTable(
            ChangelogMapping.name(relation, settings),
            columns,
            List.of("position"),
            List.of("position"),
            ChangelogMapping.description(relation),
            settings.maxStaleness()));
  }

  @Override
  public DestinationTable destination() {
    return destination;
  }

  @Override
  public EncodedRow encode(
      RowJson json, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta, RowBuffer out) {
    out.beginRow();
    RowHeader.writeChange(meta, out);
    tag(POSITION, out);
    out.writeByte(ChangePosition.SEQUENCE_NUMBER_LENGTH);
    meta.writePosition(ChangePosition.SEQUENCE_NUMBER_LENGTH, out);
    Tuple keyed = newRow != null ? newRow : oldRow;
    if (keyed != null && key.exists()) {
      json.writeKey(key, keyed);
      write(KEY, json, out);
    }
    if (oldRow != null) {
      json.writeRow(oldRow);
      write(BEFORE, json, out);
    }
    if (newRow != null) {
      json.writeRow(newRow);
      write(AFTER, json, out);
      if (ChangelogMapping.hasUnchanged(newRow)) {
        json.writeUnchanged(newRow);
        write(UNCHANGED, json, out);
      }
    }
    return out.endRow();
  }

  private static void write(int field, RowJson json, RowBuffer out) {
    tag(field, out);
    out.writeDelimited(json.bytes(), 0, json.length());
  }

  private static void tag(int field, RowBuffer out) {
    out.writeByte(field << 3 | ColumnEncoder.DELIMITED);
  }

  private static DestinationColumn json(String name, int field, String description) {
    return new DestinationColumn(name, DestinationType.JSON, field, false, description, List.of());
  }
}
