package io.walbeam.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * numeric to NUMERIC or BIGNUMERIC, as decimal text. Rejects what BigQuery lacks and what it would
 * round.
 *
 * <p>Ranges: BigQuery documentation, "Data types", section "Decimal types".
 */
final class NumericEncoder implements ColumnEncoder {
  static final int NUMERIC_SCALE = DestinationType.NUMERIC.scale();
  static final int NUMERIC_INTEGER_DIGITS = DestinationType.NUMERIC.digits() - NUMERIC_SCALE;

  static final int BIGNUMERIC_SCALE = DestinationType.BIGNUMERIC.scale();

  /** Whole digits that BIGNUMERIC holds; it also holds a part of the numbers with one more. */
  static final int BIGNUMERIC_INTEGER_DIGITS =
      DestinationType.BIGNUMERIC.digits() - BIGNUMERIC_SCALE - 1;

  /** BIGNUMERIC is a signed 256-bit integer divided by 10^38. */
  private static final BigDecimal BIGNUMERIC_MINIMUM =
      new BigDecimal(BigInteger.ONE.shiftLeft(255).negate(), BIGNUMERIC_SCALE);

  private static final BigDecimal BIGNUMERIC_MAXIMUM =
      new BigDecimal(BigInteger.ONE.shiftLeft(255).subtract(BigInteger.ONE), BIGNUMERIC_SCALE);

  private final int integerDigits;
  private final int scale;

  private NumericEncoder(int integerDigits, int scale) {
    this.integerDigits = integerDigits;
    this.scale = scale;
  }

  static NumericEncoder numeric() {
    return new NumericEncoder(NUMERIC_INTEGER_DIGITS, NUMERIC_SCALE);
  }

  static NumericEncoder bigNumeric() {
    return new NumericEncoder(BIGNUMERIC_INTEGER_DIGITS, BIGNUMERIC_SCALE);
  }

  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    int first = from < to && text[from] == '-' ? from + 1 : from;
    int point = digitsEnd(text, first, to);
    if (point == first) {
      throw notDigits(text, first, to);
    }
    int end = to;
    if (point < to) {
      requireFraction(text, point, to);
      end = trimmed(text, point, to);
    }
    int whole = point - firstSignificant(text, first, point);
    if (whole > integerDigits && !fitsBarely(text, from, end, whole)) {
      throw Rejection.NUMERIC_RANGE.exception();
    }
    out.writeDelimited(text, from, end - from);
  }

  /** The end of the number without the fraction's zeros that the type has no room for. */
  private int trimmed(byte[] text, int point, int to) {
    int end = to;
    while (end - point - 1 > scale && text[end - 1] == '0') {
      end--;
    }
    if (end - point - 1 > scale) {
      throw Rejection.NUMERIC_SCALE.exception();
    }
    return end;
  }

  private boolean fitsBarely(byte[] text, int from, int end, int whole) {
    if (integerDigits != BIGNUMERIC_INTEGER_DIGITS || whole > BIGNUMERIC_INTEGER_DIGITS + 1) {
      return false;
    }
    BigDecimal value =
        new BigDecimal(new String(text, from, end - from, StandardCharsets.ISO_8859_1));
    return value.compareTo(BIGNUMERIC_MINIMUM) >= 0 && value.compareTo(BIGNUMERIC_MAXIMUM) <= 0;
  }

  private static void requireFraction(byte[] text, int point, int to) {
    if (text[point] != '.' || point + 1 == to || digitsEnd(text, point + 1, to) != to) {
      throw Rejection.INVALID_TEXT.exception();
    }
  }

  private static int digitsEnd(byte[] text, int from, int to) {
    int i = from;
    while (i < to && text[i] >= '0' && text[i] <= '9') {
      i++;
    }
    return i;
  }

  private static int firstSignificant(byte[] text, int from, int to) {
    int i = from;
    while (i < to && text[i] == '0') {
      i++;
    }
    return i;
  }

  private static Rejection.ValueRejectedException notDigits(byte[] text, int first, int to) {
    String word = new String(text, first, to - first, StandardCharsets.ISO_8859_1);
    return word.equals("NaN") || word.equals("Infinity")
        ? Rejection.NUMERIC_NOT_FINITE.exception()
        : Rejection.INVALID_TEXT.exception();
  }
}
