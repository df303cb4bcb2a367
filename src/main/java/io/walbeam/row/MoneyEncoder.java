package io.walbeam.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * money to NUMERIC, from the text of the locale C: {@code -$1,234.56} (PostgreSQL source, {@code
 * cash_out}). That has two digits after the point, whatever the database's currency has.
 *
 * @param fractionDigits of the database's currency
 */
record MoneyEncoder(int fractionDigits) implements ColumnEncoder {
  /** Where nobody says otherwise. */
  static final int USUAL_DIGITS = 2;

  /** A 64-bit integer with its separators is shorter. */
  private static final int LONGEST = 40;

  private static final Pattern AMOUNT = Pattern.compile("-?\\$[0-9][0-9,]*\\.[0-9]{2}");
  private static final Pattern NO_DIGITS = Pattern.compile("[^0-9]");

  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    byte[] number =
        amount(text, from, to, fractionDigits).toPlainString().getBytes(StandardCharsets.US_ASCII);
    out.writeDelimited(number, 0, number.length);
  }

  /**
   * The amount that PostgreSQL prints as {@code text[from, to)}.
   *
   * @throws Rejection.ValueRejectedException if it is none
   */
  static BigDecimal amount(byte[] text, int from, int to, int fractionDigits) {
    String amount =
        new String(text, from, Math.min(to - from, LONGEST), StandardCharsets.ISO_8859_1);
    if (!AMOUNT.matcher(amount).matches()) {
      throw Rejection.INVALID_TEXT.exception();
    }
    BigInteger units = new BigInteger(NO_DIGITS.matcher(amount).replaceAll(""));
    return new BigDecimal(amount.startsWith("-") ? units.negate() : units, fractionDigits);
  }
}
