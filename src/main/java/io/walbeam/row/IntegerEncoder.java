package io.walbeam.row;

import java.nio.charset.StandardCharsets;

/** int2, int4, int8 and oid to INT64. */
final class IntegerEncoder implements ColumnEncoder {
  /** So many decimal digits never overflow a long. */
  private static final int SAFE_DIGITS = 18;

  @Override
  public int wireType() {
    return VARINT;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    out.writeVarint(parse(text, from, to));
  }

  static long parse(byte[] text, int from, int to) {
    boolean negative = from < to && text[from] == '-';
    int first = negative ? from + 1 : from;
    if (first == to) {
      throw Rejection.INVALID_TEXT.exception();
    }
    if (to - first > SAFE_DIGITS) {
      return parseLong(text, from, to);
    }
    long value = 0;
    for (int i = first; i < to; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw Rejection.INVALID_TEXT.exception();
      }
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  private static long parseLong(byte[] text, int from, int to) {
    try {
      return Long.parseLong(new String(text, from, to - from, StandardCharsets.ISO_8859_1));
    } catch (NumberFormatException e) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }
}
