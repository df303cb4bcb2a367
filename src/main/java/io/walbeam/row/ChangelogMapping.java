package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row for each change of a source table: what happened, the row before and after, and where.
 *
 * <p>The images are JSON objects of PostgreSQL's texts, so that every value of every type is kept
 * and an altered table needs no other changelog. The destination's key is the position: a change
 * that is written twice is there once. Immutable and thread-safe; buffers and {@link RowJson}
 * belong to the caller's thread.
 */
public final class ChangelogMapping {
  /** What a changelog's name has after that of the table. */
  public static final String SUFFIX = "_changelog";

  private static final int POSITION = RowHeader.FIELD + 1;
  private static final int KEY = RowHeader.FIELD + 2;
  private static final int BEFORE = RowHeader.FIELD + 3;
  private static final int AFTER = RowHeader.FIELD + 4;
  private static final int UNCHANGED = RowHeader.FIELD + 5;

  private final KeyColumns key;
  private final DestinationTable destination;

  private ChangelogMapping(KeyColumns key, DestinationTable destination) {
    this.key = key;
    this.destination = destination;
  }

  /**
   * Compiles the changelog of a table.
   *
   * @param key the table's key, which may not exist
   */
  public static ChangelogMapping compile(
      Relation relation, KeyColumns key, MappingSettings settings) {
    List<DestinationColumn> columns =
        List.of(
            RowHeader.column(),
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
    return new ChangelogMapping(
        key,
        new DestinationTable(
            settings.tableName().nameOf(relation.table()) + SUFFIX,
            columns,
            List.of("position"),
            List.of("position"),
            "Changes of the PostgreSQL table " + relation.table().quoted() + ", kept by walbeam.",
            settings.maxStaleness()));
  }

  /** The table that must exist before the first row. */
  public DestinationTable destination() {
    return destination;
  }

  /**
   * Encodes one change.
   *
   * @param json of the same relation
   * @param oldRow null if the change carries nothing of the old row
   * @param newRow null if there is none: a delete or a truncation
   */
  public EncodedRow encode(
      RowJson json, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta, RowBuffer out) {
    out.beginRow();
    RowHeader.write(false, meta, out);
    tag(POSITION, out);
    out.writeByte(ChangePosition.SEQUENCE_NUMBER_LENGTH);
    out.reserve(ChangePosition.SEQUENCE_NUMBER_LENGTH);
    ChangePosition.writeSequenceNumber(
        meta.epoch(), meta.commitLsn(), meta.changeLsn(), meta.n(), out.array(), out.position());
    out.position(out.position() + ChangePosition.SEQUENCE_NUMBER_LENGTH);
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
      if (hasUnchanged(newRow)) {
        json.writeUnchanged(newRow);
        write(UNCHANGED, json, out);
      }
    }
    return out.endRow();
  }

  private static boolean hasUnchanged(Tuple row) {
    for (int i = 0; i < row.size(); i++) {
      if (row.kind(i) == Tuple.Kind.UNCHANGED) {
        return true;
      }
    }
    return false;
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
