package io.walbeam.row;

import java.nio.charset.StandardCharsets;

/**
 * float4 and float8 to FLOAT64. A float4 becomes the double nearest to its shortest decimal text,
 * so that 0.1 stays 0.1.
 */
final class FloatEncoder implements ColumnEncoder {
  /** Integers up to this are exact doubles. */
  private static final long EXACT_MANTISSA = 1L << 53;

  /** So many decimal digits never overflow a long. */
  private static final int SAFE_DIGITS = 18;

  /** {@code e}, a sign and two digits, as PostgreSQL prints all but the longest exponents. */
  private static final int EXPONENT_LENGTH = 4;

  /** Powers of ten that are exact doubles. */
  private static final double[] EXACT_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  @Override
  public int wireType() {
    return FIXED64;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    out.writeFixed64(Double.doubleToLongBits(parse(text, from, to)));
  }

  /**
   * One operation on two exact doubles rounds once and so is correctly rounded; anything else is
   * left to the JDK.
   */
  static double parse(byte[] text, int from, int to) {
    boolean negative = from < to && text[from] == '-';
    int first = negative ? from + 1 : from;
    if (first == to || to - first > SAFE_DIGITS + EXPONENT_LENGTH) {
      return parseSlowly(text, from, to);
    }
    long mantissa = 0;
    int point = -1;
    int end = first;
    for (; end < to && text[end] != 'e'; end++) {
      int digit = text[end] - '0';
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
      } else if (text[end] == '.' && point < 0 && end > first) {
        point = end;
      } else {
        return parseSlowly(text, from, to);
      }
    }
    // A longer text may have overflowed the mantissa.
    if (end - first > SAFE_DIGITS
        || mantissa > EXACT_MANTISSA
        || end == first
        || point == end - 1) {
      return parseSlowly(text, from, to);
    }
    int exponent = point < 0 ? 0 : point + 1 - end;
    if (end < to) {
      if (to - end != EXPONENT_LENGTH || (text[end + 1] != '-' && text[end + 1] != '+')) {
        return parseSlowly(text, from, to);
      }
      int digits = CivilText.twoDigits(text, end + 2);
      exponent += text[end + 1] == '-' ? -digits : digits;
    }
    if (exponent <= -EXACT_POWERS.length || exponent >= EXACT_POWERS.length) {
      return parseSlowly(text, from, to);
    }
    double value =
        exponent < 0 ? mantissa / EXACT_POWERS[-exponent] : mantissa * EXACT_POWERS[exponent];
    return negative ? -value : value;
  }

  private static double parseSlowly(byte[] text, int from, int to) {
    String string = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
    return switch (string) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> parseFinite(string);
    };
  }

  private static double parseFinite(String string) {
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      // Double.parseDouble takes more than PostgreSQL prints: blanks, suffixes, hexadecimal.
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e') {
        throw Rejection.INVALID_TEXT.exception();
      }
    }
    try {
      double value = Double.parseDouble(string);
      if (Double.isInfinite(value)) {
        throw Rejection.INVALID_TEXT.exception();
      }
      return value;
    } catch (NumberFormatException e) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }
}
