package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A row image as a JSON object: PostgreSQL's text of each value as a string, SQL NULL as null,
 * columns that the image does not carry left out.
 *
 * <p>For dead letters and the changelog. Compiled once per relation; not thread-safe.
 */
public final class RowJson {
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** Each column's name, quoted and escaped, with the colon. */
  private final byte[][] names;

  private byte[] bytes = new byte[256];
  private int length;

  public RowJson(Relation relation) {
    List<RelationColumn> columns = relation.columns();
    names = new byte[columns.size()][];
    for (int i = 0; i < names.length; i++) {
      length = 0;
      byte[] name = columns.get(i).name().getBytes(StandardCharsets.UTF_8);
      writeString(name, 0, name.length);
      writeByte(':');
      names[i] = Arrays.copyOf(bytes, length);
    }
  }

  /** The whole image. Bytes that are not UTF-8 become replacement characters. */
  public String row(Tuple tuple) {
    writeRow(tuple);
    return text();
  }

  /** The key columns of the image; an empty object if there is no key. */
  public String key(KeyColumns key, Tuple tuple) {
    writeKey(key, tuple);
    return text();
  }

  /** Writes the whole image to {@link #bytes}, {@link #length} bytes from 0. */
  void writeRow(Tuple tuple) {
    length = 0;
    writeByte('{');
    int size = Math.min(names.length, tuple.size());
    for (int i = 0; i < size; i++) {
      writeMember(i, tuple);
    }
    writeByte('}');
  }

  /** Writes the key columns to {@link #bytes}. */
  void writeKey(KeyColumns key, Tuple tuple) {
    length = 0;
    writeByte('{');
    for (int i : key.positions()) {
      if (i < tuple.size()) {
        writeMember(i, tuple);
      }
    }
    writeByte('}');
  }

  /**
   * Writes the key as one text: the value of a key of one column, an array of the values of a wider
   * one. A value that is NULL or not carried is null in an array, and no text by itself.
   */
  void writeKeyText(KeyColumns key, Tuple tuple) {
    length = 0;
    List<Integer> positions = key.positions();
    if (positions.size() == 1) {
      int only = positions.get(0);
      if (tuple.kind(only) == Tuple.Kind.TEXT) {
        writeBytes(tuple.bytes(), tuple.offset(only), tuple.length(only));
      }
      return;
    }
    writeByte('[');
    for (int i : positions) {
      if (length > 1) {
        writeByte(',');
      }
      if (tuple.kind(i) == Tuple.Kind.TEXT) {
        writeString(tuple.bytes(), tuple.offset(i), tuple.length(i));
      } else {
        writeBytes(NULL, 0, NULL.length);
      }
    }
    writeByte(']');
  }

  /** Writes the names of the columns that the image does not carry, as an array. */
  void writeUnchanged(Tuple tuple) {
    length = 0;
    writeByte('[');
    int size = Math.min(names.length, tuple.size());
    for (int i = 0; i < size; i++) {
      if (tuple.kind(i) == Tuple.Kind.UNCHANGED) {
        if (length > 1) {
          writeByte(',');
        }
        writeBytes(names[i], 0, names[i].length - 1);
      }
    }
    writeByte(']');
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  private void writeMember(int i, Tuple tuple) {
    Tuple.Kind kind = tuple.kind(i);
    if (kind == Tuple.Kind.UNCHANGED || kind == Tuple.Kind.ABSENT) {
      return;
    }
    if (length > 1) {
      writeByte(',');
    }
    writeBytes(names[i], 0, names[i].length);
    if (kind == Tuple.Kind.NULL) {
      writeBytes(NULL, 0, NULL.length);
    } else {
      writeString(tuple.bytes(), tuple.offset(i), tuple.length(i));
    }
  }

  private void writeString(byte[] text, int offset, int size) {
    writeByte('"');
    int clean = offset;
    int end = offset + size;
    for (int i = offset; i < end; i++) {
      byte c = text[i];
      if (c == '"' || c == '\\' || (c >= 0 && c < ' ')) {
        writeBytes(text, clean, i - clean);
        writeEscape(c);
        clean = i + 1;
      }
    }
    writeBytes(text, clean, end - clean);
    writeByte('"');
  }

  private void writeEscape(byte c) {
    writeByte('\\');
    switch (c) {
      case '"', '\\' -> writeByte(c);
      case '\n' -> writeByte('n');
      case '\r' -> writeByte('r');
      case '\t' -> writeByte('t');
      default -> {
        writeByte('u');
        writeByte('0');
        writeByte('0');
        writeByte(HEX[c >> 4]);
        writeByte(HEX[c & 0xF]);
      }
    }
  }

  private void writeByte(int c) {
    reserve(1);
    bytes[length++] = (byte) c;
  }

  private void writeBytes(byte[] source, int offset, int size) {
    reserve(size);
    System.arraycopy(source, offset, bytes, length, size);
    length += size;
  }

  private void reserve(int size) {
    if (size > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + size));
    }
  }

  private String text() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
