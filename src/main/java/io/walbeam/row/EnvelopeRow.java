package io.walbeam.row;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.Tuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes images of one relation's rows as they stand in an envelope: JSON objects by column name,
 * with values in their types ({@link EnvelopeValue}). Immutable and thread-safe.
 */
final class EnvelopeRow {
  private final KeyColumns key;

  /** Each column's name, quoted and escaped. */
  private final byte[][] names;

  private final EnvelopeValue[] values;

  private EnvelopeRow(KeyColumns key, byte[][] names, EnvelopeValue[] values) {
    this.key = key;
    this.names = names;
    this.values = values;
  }

  /**
   * Images of a relation's rows.
   *
   * @param key which may not exist
   * @param documents what becomes of documents that BigQuery would change
   */
  static EnvelopeRow of(
      List<RelationColumn> columns,
      KeyColumns key,
      SourceTypes types,
      MappingSettings settings,
      EnvelopeValue.Documents documents) {
    byte[][] names = new byte[columns.size()][];
    EnvelopeValue[] values = new EnvelopeValue[columns.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = JsonLine.quoted(columns.get(i).name());
      values[i] = EnvelopeValue.of(columns.get(i), types, settings.structures(), documents);
    }
    return new EnvelopeRow(key, names, values);
  }

  /** Whether {@code row} has a key. */
  boolean hasKey(@Nullable Tuple row) {
    return row != null && key.exists();
  }

  /** Writes the key columns. */
  void writeKey(Tuple row, RowBuffer out) {
    out.writeByte('{');
    boolean first = true;
    for (int i : key.positions()) {
      first &= !writeColumn(i, row, first, out);
    }
    out.writeByte('}');
  }

  /** Writes the columns that the row carries, or null if there is no row. */
  void writeRow(@Nullable Tuple row, RowBuffer out) {
    if (row == null) {
      JsonLine.writeNull(out);
      return;
    }
    out.writeByte('{');
    boolean first = true;
    for (int i = 0; i < names.length; i++) {
      first &= !writeColumn(i, row, first, out);
    }
    out.writeByte('}');
  }

  /** Returns whether the row carries the column. */
  private boolean writeColumn(int i, Tuple row, boolean first, RowBuffer out) {
    Tuple.Kind kind = i < row.size() ? row.kind(i) : Tuple.Kind.ABSENT;
    if (kind == Tuple.Kind.UNCHANGED || kind == Tuple.Kind.ABSENT) {
      return false;
    }
    if (!first) {
      out.writeByte(',');
    }
    JsonLine.write(names[i], out);
    out.writeByte(':');
    if (kind == Tuple.Kind.NULL) {
      JsonLine.writeNull(out);
    } else {
      values[i].write(row.bytes(), row.offset(i), row.offset(i) + row.length(i), out);
    }
    return true;
  }

  /** Writes the names of the columns that the row does not carry, or null if it carries all. */
  void writeUnchanged(@Nullable Tuple row, RowBuffer out) {
    if (row == null || !ChangelogMapping.hasUnchanged(row)) {
      JsonLine.writeNull(out);
      return;
    }
    out.writeByte('[');
    boolean first = true;
    for (int i = 0; i < Math.min(names.length, row.size()); i++) {
      if (row.kind(i) == Tuple.Kind.UNCHANGED) {
        if (!first) {
          out.writeByte(',');
        }
        JsonLine.write(names[i], out);
        first = false;
      }
    }
    out.writeByte(']');
  }
}
