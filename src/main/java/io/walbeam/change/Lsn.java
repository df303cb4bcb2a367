package io.walbeam.change;

import java.util.Locale;

/**
 * A log sequence number: a byte position in the write-ahead log, an unsigned 64-bit number.
 *
 * <p>Text form as PostgreSQL prints it: two hexadecimal halves separated by a slash (PostgreSQL
 * documentation, "pg_lsn Type").
 */
public record Lsn(long value) implements Comparable<Lsn> {
  /** The invalid LSN, printed 0/0. */
  public static final Lsn ZERO = new Lsn(0);

  /**
   * Parses PostgreSQL's text form.
   *
   * @throws IllegalArgumentException if {@code text} is not two hexadecimal numbers of 1 to 8
   *     digits separated by a slash
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1
        || slash > 8
        || text.length() - slash - 1 < 1
        || text.length() - slash - 1 > 8
        || !isHexadecimal(text, 0, slash)
        || !isHexadecimal(text, slash + 1, text.length())) {
      throw new IllegalArgumentException("not a log sequence number");
    }
    long high = Long.parseLong(text, 0, slash, 16);
    long low = Long.parseLong(text, slash + 1, text.length(), 16);
    return new Lsn(high << 32 | low);
  }

  /** PostgreSQL's text form of a raw value. */
  public static String format(long value) {
    return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xFFFF_FFFFL);
  }

  /** The greater of two raw values, compared as unsigned numbers. */
  public static long max(long left, long right) {
    return Long.compareUnsigned(left, right) >= 0 ? left : right;
  }

  /** Bytes from {@code other} to this position; negative if this one is behind. */
  public long minus(Lsn other) {
    return value - other.value;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return format(value);
  }

  private static boolean isHexadecimal(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
        return false;
      }
    }
    return true;
  }
}
