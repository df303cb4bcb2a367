package io.walbeam.row;

import java.util.Arrays;

/** One row in protobuf wire format: a slice of a shared array that nobody writes to any more. */
public record EncodedRow(byte[] bytes, int offset, int length) {
  /** The bytes of the row alone. */
  byte[] copy() {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }

  /** Hides the bytes: row values never reach a log line. */
  @Override
  public String toString() {
    return "EncodedRow[" + length + " bytes]";
  }
}
