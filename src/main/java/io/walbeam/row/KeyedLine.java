package io.walbeam.row;

import java.nio.ByteBuffer;

/**
 * A line of JSON and where its key is in it: a row of {@link RowForm#KEYED_LINE}, which begins with
 * two numbers of four bytes each, offset and length of the key; both are 0 if there is none.
 */
public record KeyedLine(byte[] bytes, int line, int end, int key, int keyLength) {
  private static final int HEADER = 2 * Integer.BYTES;

  /** Reads a row. */
  public static KeyedLine of(EncodedRow row) {
    ByteBuffer numbers = ByteBuffer.wrap(row.bytes(), row.offset(), HEADER);
    return new KeyedLine(
        row.bytes(),
        row.offset() + HEADER,
        row.offset() + row.length(),
        row.offset() + numbers.getInt(),
        numbers.getInt());
  }

  /** Bytes of the line. */
  public int length() {
    return end - line;
  }

  /** Whether it has a key. */
  public boolean hasKey() {
    return keyLength > 0;
  }

  static void begin(RowBuffer out) {
    for (int i = 0; i < HEADER; i++) {
      out.writeByte(0);
    }
  }

  /** Notes that the key is from {@code start} of the row to where it ends now. */
  static void noteKey(int start, RowBuffer out) {
    ByteBuffer.wrap(out.array(), out.position() - out.rowLength(), HEADER)
        .putInt(start)
        .putInt(out.rowLength() - start);
  }

  /** Hides the bytes: row values never reach a log line. */
  @Override
  public String toString() {
    return "KeyedLine[" + length() + " bytes]";
  }
}
