package io.walbeam.row;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Values of types that are no structures, as they stand in JSON. */
final class JsonScalars {
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] NULL = ascii("null");
  private static final byte[] NEGATIVE_ZERO = ascii("-0.0");
  private static final byte[] HEX = ascii("0123456789abcdef");

  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  /** bool. */
  static final JsonValue BOOLEAN =
      (text, from, to, out) -> {
        byte letter = to - from == 1 ? text[from] : 0;
        if (letter != 't' && letter != 'f') {
          throw Rejection.INVALID_TEXT.exception();
        }
        write(letter == 't' ? TRUE : FALSE, out);
      };

  /** A number where JSON keeps it, else a string of its digits, or of NaN or Infinity. */
  static final JsonValue NUMBER =
      (text, from, to, out) -> {
        if (to - from == 2 && text[from] == '-' && text[from + 1] == '0') {
          // As an integer it would lose its sign.
          write(NEGATIVE_ZERO, out);
        } else if (!JsonNumbers.isNumber(text, from, to)) {
          requireNotFinite(text, from, to);
          string(text, from, to, out);
        } else if (JsonNumbers.isKept(text, from, to)) {
          out.writeBytes(text, from, to - from);
        } else {
          string(text, from, to, out);
        }
      };

  /** Any other type: PostgreSQL's text as a string. */
  static final JsonValue TEXT = JsonScalars::string;

  private JsonScalars() {}

  /** SQL NULL. */
  static void writeNull(RowBuffer out) {
    write(NULL, out);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static void write(byte[] json, RowBuffer out) {
    out.writeBytes(json, 0, json.length);
  }

  private static void requireNotFinite(byte[] text, int from, int to) {
    if (!NOT_FINITE.contains(new String(text, from, to - from, StandardCharsets.ISO_8859_1))) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }

  private static void string(byte[] text, int from, int to, RowBuffer out) {
    if (!Utf8.isValid(text, from, to)) {
      throw Rejection.INVALID_UTF8.exception();
    }
    out.writeByte('"');
    int clean = from;
    for (int i = from; i < to; i++) {
      byte c = text[i];
      if (c == '"' || c == '\\' || (c >= 0 && c < ' ')) {
        out.writeBytes(text, clean, i - clean);
        escape(c, out);
        clean = i + 1;
      }
    }
    out.writeBytes(text, clean, to - clean);
    out.writeByte('"');
  }

  private static void escape(byte c, RowBuffer out) {
    out.writeByte('\\');
    if (c == '"' || c == '\\') {
      out.writeByte(c);
      return;
    }
    out.writeByte('u');
    out.writeByte('0');
    out.writeByte('0');
    out.writeByte(HEX[c >> 4]);
    out.writeByte(HEX[c & 0xF]);
  }
}
