package io.walbeam.local.standin.store;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * NUMERIC and BIGNUMERIC values: range, scale and the binary form of the Storage Write API.
 *
 * <p>NUMERIC is precision 38, scale 9; BIGNUMERIC lies between -(2^255) and 2^255 - 1 units of
 * 10^-38, which is a precision of 76.76 digits (documentation "Data types"). The binary form is a
 * little-endian two's complement integer of those units (documentation "Data type conversions").
 */
public final class Decimals {
  private static final int NUMERIC_SCALE = 9;
  private static final int BIGNUMERIC_SCALE = 38;
  private static final BigInteger NUMERIC_LIMIT = BigInteger.TEN.pow(38);
  private static final int BIGNUMERIC_BITS = 255;
  private static final int NUMERIC_BYTES = 16;
  private static final int BIGNUMERIC_BYTES = 32;

  /** Longer texts cannot be in range; refused before BigDecimal spends time on them. */
  private static final int MAX_TEXT = 400;

  private Decimals() {}

  public static BigDecimal parse(String text, Column column) throws RowProblem {
    String trimmed = text.strip();
    if (trimmed.length() <= MAX_TEXT) {
      try {
        return new BigDecimal(trimmed);
      } catch (NumberFormatException e) {
        // falls through to the one message
      }
    }
    throw new RowProblem("Invalid " + column.type() + " value in field " + column.name());
  }

  public static BigDecimal ofBytes(byte[] littleEndian, Column column) throws RowProblem {
    boolean big = column.type() == ColumnType.BIGNUMERIC;
    if (littleEndian.length == 0
        || littleEndian.length > (big ? BIGNUMERIC_BYTES : NUMERIC_BYTES)) {
      throw new RowProblem(
          "Invalid byte length of " + column.type() + " value in field " + column.name());
    }
    byte[] reversed = new byte[littleEndian.length];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = littleEndian[littleEndian.length - 1 - i];
    }
    return new BigDecimal(new BigInteger(reversed), big ? BIGNUMERIC_SCALE : NUMERIC_SCALE);
  }

  /** The value as the store keeps it: a BigDecimal of scale 9, or canonical text. */
  public static Object store(BigDecimal value, Column column) throws RowProblem {
    boolean big = column.type() == ColumnType.BIGNUMERIC;
    int scale = big ? BIGNUMERIC_SCALE : NUMERIC_SCALE;
    // Guards setScale against exponents that would make a number of gigabytes.
    if (value.signum() != 0 && Math.abs((long) value.precision() - value.scale()) > MAX_TEXT) {
      if (value.precision() - (long) value.scale() > 0) {
        throw outOfRange(column);
      }
      value = BigDecimal.ZERO;
    }
    BigDecimal scaled = value.setScale(scale, RoundingMode.HALF_UP);
    BigInteger units = scaled.unscaledValue();
    boolean fits =
        big ? units.bitLength() <= BIGNUMERIC_BITS : units.abs().compareTo(NUMERIC_LIMIT) < 0;
    if (!fits) {
      throw outOfRange(column);
    }
    if (column.precision() > 0) {
      scaled = scaled.setScale(column.scale(), RoundingMode.HALF_UP).setScale(scale);
      BigDecimal whole = BigDecimal.TEN.pow(column.precision() - column.scale());
      if (scaled.abs().compareTo(whole) >= 0) {
        throw outOfRange(column);
      }
    }
    return big ? plain(scaled) : scaled;
  }

  /** Plain digits without trailing zeros, as BigQuery prints both types. */
  public static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private static RowProblem outOfRange(Column column) {
    return new RowProblem(column.type() + " value out of range in field " + column.name());
  }
}
