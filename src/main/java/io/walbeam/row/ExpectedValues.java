package io.walbeam.row;

import io.walbeam.change.Operation;
import io.walbeam.change.Tuple;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The values that the columns of a destination table shall have for a row of the source: as
 * PostgreSQL writes them where a column has the value itself, else as walbeam writes them (a
 * structure as JSON, the elements of an array, an amount of money as a number, a text in the place
 * of what BigQuery lacks). Not thread-safe.
 */
public final class ExpectedValues {
  private final TableMapping mapping;
  private final List<DestinationColumn> columns;
  private final RowBuffer buffer = new RowBuffer();
  private final RowMeta nowhere =
      new RowMeta().transaction(0, 0, 0, 0).change(0, 0, Operation.READ);

  public ExpectedValues(TableMapping mapping) {
    this.mapping = mapping;
    List<DestinationColumn> all = mapping.destination().columns();
    this.columns = all.subList(1, all.size());
  }

  /**
   * Of a row that has every column, by the destination's columns without {@code _walbeam}: one
   * value for each, none for NULL, any number for an array.
   *
   * @throws RowRejectedException if BigQuery lacks one: such a row is a dead letter
   */
  public List<List<String>> of(Tuple row) {
    List<List<String>> values = new ArrayList<>();
    columns.forEach(column -> values.add(new ArrayList<>(1)));
    EncodedRow encoded = mapping.encodeUpsert(row, nowhere, buffer);
    byte[] bytes = encoded.bytes();
    int end = encoded.offset() + encoded.length();
    int at = encoded.offset();
    while (at < end) {
      int tag = (int) varint(bytes, at);
      int value = behindVarint(bytes, at);
      int column = (tag >>> 3) - RowHeader.FIELD - 1;
      at =
          switch (tag & 7) {
            case ColumnEncoder.DELIMITED -> behindVarint(bytes, value) + (int) varint(bytes, value);
            case ColumnEncoder.FIXED64 -> value + Long.BYTES;
            default -> behindVarint(bytes, value);
          };
      if (column >= 0) {
        values
            .get(column)
            .add(
                mapping.isPlain(column)
                    ? row.text(column)
                    : text(columns.get(column).type(), bytes, value, at));
      }
    }
    return values;
  }

  /** The value in {@code bytes[from, to)}, length included where it has one. */
  private static String text(DestinationType type, byte[] bytes, int from, int to) {
    return switch (type) {
      case BOOL -> varint(bytes, from) == 0 ? "false" : "true";
      case INT64, TIMESTAMP -> Long.toString(varint(bytes, from));
      case DATE -> LocalDate.ofEpochDay(varint(bytes, from)).toString();
      case FLOAT64 ->
          Double.toString(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getDouble(from));
      case BYTES -> "\\x" + HexFormat.of().formatHex(bytes, behindVarint(bytes, from), to);
      case NUMERIC, BIGNUMERIC, STRING, TIME, DATETIME, JSON, STRUCT -> {
        int first = behindVarint(bytes, from);
        yield new String(bytes, first, to - first, StandardCharsets.UTF_8);
      }
    };
  }

  private static long varint(byte[] bytes, int at) {
    long value = 0;
    int shift = 0;
    int i = at;
    while (bytes[i] < 0) {
      value |= (bytes[i++] & 0x7FL) << shift;
      shift += 7;
    }
    return value | (long) bytes[i] << shift;
  }

  private static int behindVarint(byte[] bytes, int at) {
    int i = at;
    while (bytes[i] < 0) {
      i++;
    }
    return i + 1;
  }
}
