package io.walbeam.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/**
 * json and jsonb to JSON. Rejects a document with a number that BigQuery would round: it keeps
 * integers from -2^63 to 2^64 - 1 and 64-bit floating-point numbers (BigQuery documentation, "JSON
 * functions", wide_number_mode). Everything else about the document is left to BigQuery.
 */
final class JsonEncoder implements ColumnEncoder {
  /** So many digits always fit in an integer or survive in a double. */
  private static final int SAFE_DIGITS = 15;

  /** The most digits that a double needs to be told from its neighbours. */
  private static final int DOUBLE_DIGITS = 17;

  /** No double needs so many characters; far longer ones cost quadratic time. */
  private static final int LONGEST_DOUBLE = 1100;

  private static final BigInteger MINIMUM = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAXIMUM = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    if (!Utf8.isValid(text, from, to)) {
      throw Rejection.INVALID_UTF8.exception();
    }
    checkNumbers(text, from, to);
    out.writeDelimited(text, from, to - from);
  }

  private static void checkNumbers(byte[] text, int from, int to) {
    int i = from;
    while (i < to) {
      byte c = text[i];
      if (c == '"') {
        i = stringEnd(text, i + 1, to);
      } else if (c == '-' || (c >= '0' && c <= '9')) {
        int end = numberEnd(text, i, to);
        if (!isKept(text, i, end)) {
          throw Rejection.JSON_NUMBER.exception();
        }
        i = end;
      } else {
        i++;
      }
    }
  }

  private static int stringEnd(byte[] text, int from, int to) {
    int i = from;
    while (i < to && text[i] != '"') {
      i += text[i] == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  private static int numberEnd(byte[] text, int from, int to) {
    int i = from;
    while (i < to && isNumberPart(text[i])) {
      i++;
    }
    return i;
  }

  private static boolean isNumberPart(byte c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }

  private static boolean isKept(byte[] text, int from, int to) {
    boolean integer = true;
    boolean exponent = false;
    for (int i = from + 1; i < to; i++) {
      integer &= text[i] >= '0' && text[i] <= '9';
      exponent |= (text[i] | 0x20) == 'e';
    }
    if (to - from <= SAFE_DIGITS && !exponent) {
      return true;
    }
    String number = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
    try {
      return integer ? integerIsKept(number) : fractionIsKept(number);
    } catch (NumberFormatException e) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }

  private static boolean integerIsKept(String number) {
    // The longest kept one has 20 characters; longer ones are not worth a big integer.
    if (number.length() > 20) {
      return false;
    }
    BigInteger value = new BigInteger(number);
    return value.compareTo(MINIMUM) >= 0 && value.compareTo(MAXIMUM) <= 0;
  }

  private static boolean fractionIsKept(String number) {
    double value = number.length() > LONGEST_DOUBLE ? Double.NaN : Double.parseDouble(number);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return false;
    }
    BigDecimal wanted = new BigDecimal(number);
    if (wanted.signum() == 0 || value == 0) {
      return wanted.signum() == 0;
    }
    wanted = wanted.stripTrailingZeros();
    BigDecimal exact = new BigDecimal(value);
    if (wanted.precision() > DOUBLE_DIGITS) {
      return exact.compareTo(wanted) == 0;
    }
    MathContext digits = new MathContext(wanted.precision(), RoundingMode.HALF_EVEN);
    BigDecimal kept = exact.round(digits);
    // Next to a power of two the nearest decimal may be another double; then the given one is best.
    return kept.compareTo(wanted) == 0 || kept.doubleValue() != value;
  }
}
