package io.walbeam.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/**
 * Which numbers BigQuery's JSON keeps: integers from -2^63 to 2^64 - 1 and 64-bit floating-point
 * numbers (BigQuery documentation, "JSON functions", wide_number_mode), which are kept if they are
 * printed as they were given (source of its SQL dialect, {@code json_value.cc}).
 */
final class JsonNumbers {
  /** So many digits always fit in an integer or survive in a double. */
  private static final int SAFE_DIGITS = 15;

  /** The most digits that a double needs to be told from its neighbours. */
  private static final int DOUBLE_DIGITS = 17;

  /** No double needs so many characters; far longer ones cost quadratic time. */
  private static final int LONGEST_DOUBLE = 1100;

  private static final BigInteger MINIMUM = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAXIMUM = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private JsonNumbers() {}

  /** Whether {@code text[from, to)} is a number as JSON writes it: not NaN, not an infinity. */
  static boolean isNumber(byte[] text, int from, int to) {
    int whole = from < to && text[from] == '-' ? from + 1 : from;
    int i = digits(text, whole, to);
    boolean wellFormed = i > whole;
    if (i < to && text[i] == '.') {
      int fraction = i + 1;
      i = digits(text, fraction, to);
      wellFormed &= i > fraction;
    }
    if (i < to && (text[i] | 0x20) == 'e') {
      int exponent = i + 1;
      if (exponent < to && (text[exponent] == '+' || text[exponent] == '-')) {
        exponent++;
      }
      i = digits(text, exponent, to);
      wellFormed &= i > exponent;
    }
    return wellFormed && i == to;
  }

  private static int digits(byte[] text, int from, int to) {
    int i = from;
    while (i < to && text[i] >= '0' && text[i] <= '9') {
      i++;
    }
    return i;
  }

  /**
   * Whether BigQuery keeps the number exactly.
   *
   * @throws ValueRejectedException if it is none
   */
  static boolean isKept(byte[] text, int from, int to) {
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
    if (wanted.precision() > DOUBLE_DIGITS) {
      return false;
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal nearest = rounded(exact, wanted.precision());
    if (nearest.compareTo(wanted) != 0 && nearest.doubleValue() == value) {
      return false;
    }
    // If fewer digits tell it from its neighbours, it comes back with those.
    return wanted.precision() == 1 || rounded(exact, wanted.precision() - 1).doubleValue() != value;
  }

  private static BigDecimal rounded(BigDecimal exact, int digits) {
    return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }
}
