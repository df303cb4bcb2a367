package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Columns of one image of a row, as fields of a record. Immutable and thread-safe. */
final class AvroImage {
  /** Branches of a union of null and a type; an index is a number with a sign. */
  static final int NULL = 0;

  static final int VALUE = 2;

  /** Name of the last field. */
  private static final String TEXTS = "_walbeam_texts";

  /** A block of one element of an array, and the end of one. */
  private static final int BLOCK_OF_ONE = 2;

  private static final int END = 0;

  private final List<Integer> positions;
  private final List<DestinationColumn> columns;
  private final FieldWriter[] values;

  private AvroImage(
      List<Integer> positions, List<DestinationColumn> columns, FieldWriter[] values) {
    this.positions = positions;
    this.columns = columns;
    this.values = values;
  }

  static AvroImage compile(
      Relation relation, List<Integer> positions, SourceTypes types, MappingSettings settings) {
    List<String> names =
        ColumnNames.of(relation.columns().stream().map(RelationColumn::name).toList(), TEXTS);
    List<DestinationColumn> columns = new ArrayList<>();
    FieldWriter[] values = new FieldWriter[positions.size()];
    for (int i = 0; i < values.length; i++) {
      RelationColumn source = relation.columns().get(positions.get(i));
      TypeMapping mapping =
          TypeMapping.of(source, false, types, settings.structures(), Optional.empty());
      AvroEncoder encoder = AvroEncoder.of(mapping);
      values[i] =
          mapping
              .delimiter()
              .<FieldWriter>map(each -> array(encoder, each))
              .orElse(encoder::encode);
      columns.add(
          new DestinationColumn(
              names.get(positions.get(i)),
              mapping.type(),
              i,
              false,
              mapping.isRepeated(),
              DestinationColumn.SOURCE
                  + source.name()
                  + DestinationColumn.SOURCE_END
                  + mapping.source()
                  + ".",
              List.of()));
    }
    columns.add(texts(values.length));
    return new AvroImage(List.copyOf(positions), List.copyOf(columns), values);
  }

  private static FieldWriter array(AvroEncoder element, char delimiter) {
    RepeatedField elements = new RepeatedField(BLOCK_OF_ONE, element, delimiter);
    return (text, from, to, out) -> {
      elements.write(text, from, to, out);
      out.writeByte(END);
    };
  }

  private static DestinationColumn texts(int number) {
    return new DestinationColumn(
        TEXTS,
        DestinationType.STRUCT,
        number,
        true,
        true,
        "PostgreSQL's text of values that their field cannot hold and that are null there.",
        List.of(
            new DestinationColumn(
                "column", DestinationType.STRING, 0, true, "Name of the field.", List.of()),
            new DestinationColumn(
                "text", DestinationType.STRING, 1, true, "The value.", List.of())));
  }

  List<DestinationColumn> columns() {
    return columns;
  }

  void write(Tuple row, RowBuffer out) {
    List<Integer> texts = List.of();
    for (int i = 0; i < values.length; i++) {
      int column = positions.get(i);
      int start = out.rowLength();
      try {
        if (column < row.size() && row.kind(column) == Tuple.Kind.TEXT) {
          out.writeByte(VALUE);
          int from = row.offset(column);
          values[i].write(row.bytes(), from, from + row.length(column), out);
        } else {
          out.writeByte(NULL);
        }
      } catch (Rejection.ValueRejectedException e) {
        out.cutTo(start);
        out.writeByte(NULL);
        texts = texts.isEmpty() ? new ArrayList<>() : texts;
        texts.add(i);
      }
    }
    for (int i : texts) {
      int from = row.offset(positions.get(i));
      out.writeByte(BLOCK_OF_ONE);
      text(columns.get(i).name(), out);
      // Bytes that are no UTF-8 become replacement characters.
      text(
          new String(row.bytes(), from, row.length(positions.get(i)), StandardCharsets.UTF_8), out);
    }
    out.writeByte(END);
  }

  /** Names of the fields that the new row does not carry. */
  void writeUnchanged(@Nullable Tuple row, RowBuffer out) {
    if (row != null) {
      for (int i = 0; i < Math.min(positions.size(), row.size()); i++) {
        if (row.kind(i) == Tuple.Kind.UNCHANGED) {
          out.writeByte(BLOCK_OF_ONE);
          text(columns.get(i).name(), out);
        }
      }
    }
    out.writeByte(END);
  }

  static void text(String text, RowBuffer out) {
    bytes(text.getBytes(StandardCharsets.UTF_8), out);
  }

  static void bytes(byte[] bytes, RowBuffer out) {
    out.writeZigZag(bytes.length);
    out.writeBytes(bytes, 0, bytes.length);
  }
}
