package io.walbeam.row;

/**
 * bytea to BYTES, from both formats that PostgreSQL prints (documentation, "Binary Data Types"):
 * {@code \x} and hexadecimal digits, or escape.
 */
final class BytesEncoder implements ColumnEncoder {
  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    // In escape format a backslash is followed by another one or by an octal digit, never by x.
    if (to - from >= 2 && text[from] == '\\' && text[from + 1] == 'x') {
      encodeHex(text, from + 2, to, out);
    } else {
      encodeEscape(text, from, to, out);
    }
  }

  private static void encodeHex(byte[] text, int from, int to, RowBuffer out) {
    if ((to - from) % 2 != 0) {
      throw Rejection.INVALID_TEXT.exception();
    }
    int length = (to - from) / 2;
    out.writeVarint(length);
    out.reserve(length);
    byte[] target = out.array();
    int position = out.position();
    int digits = 0;
    for (int i = from; i < to; i += 2) {
      int high = hexDigit(text[i]);
      int low = hexDigit(text[i + 1]);
      digits |= high | low;
      target[position++] = (byte) (high << 4 | low);
    }
    if (digits < 0) {
      throw Rejection.INVALID_TEXT.exception();
    }
    out.position(position);
  }

  /** The digit's value, negative if it is none. */
  private static int hexDigit(byte c) {
    int decimal = c - '0';
    if (decimal >= 0 && decimal <= 9) {
      return decimal;
    }
    int letter = (c | 0x20) - 'a';
    return letter >= 0 && letter <= 5 ? letter + 10 : -1;
  }

  private static void encodeEscape(byte[] text, int from, int to, RowBuffer out) {
    int length = 0;
    for (int i = from; i < to; i = next(text, i, to)) {
      length++;
    }
    out.writeVarint(length);
    out.reserve(length);
    byte[] target = out.array();
    int position = out.position();
    for (int i = from; i < to; i = next(text, i, to)) {
      target[position++] = unescaped(text, i, to);
    }
    out.position(position);
  }

  private static int next(byte[] text, int i, int to) {
    if (text[i] != '\\') {
      return i + 1;
    }
    return i + 1 < to && text[i + 1] == '\\' ? i + 2 : i + 4;
  }

  private static byte unescaped(byte[] text, int i, int to) {
    if (text[i] != '\\') {
      return text[i];
    }
    if (i + 1 < to && text[i + 1] == '\\') {
      return '\\';
    }
    int value = 0;
    for (int digit = i + 1; digit <= i + 3; digit++) {
      if (digit >= to || text[digit] < '0' || text[digit] > '7') {
        throw Rejection.INVALID_TEXT.exception();
      }
      value = value << 3 | (text[digit] - '0');
    }
    return (byte) value;
  }
}
