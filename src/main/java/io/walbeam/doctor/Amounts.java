package io.walbeam.doctor;

import java.util.Locale;

/** Bytes and times as a person would say them. */
public final class Amounts {
  private static final long SMALLEST_OF_A_UNIT = 10;
  private static final double MINUTES_PER_HOUR = 60;
  private static final double HOURS_PER_DAY = 24;

  private Amounts() {}

  /** Bytes in the largest unit of which there are ten. */
  public static String bytes(long bytes) {
    long left = bytes;
    for (String unit : new String[] {" B", " kB", " MB"}) {
      if (left < SMALLEST_OF_A_UNIT << 10) {
        return left + unit;
      }
      left >>= 10;
    }
    return left + " GB";
  }

  /** Hours as minutes, hours or days. */
  public static String hours(double hours) {
    if (hours < 2) {
      return String.format(Locale.ROOT, "%.0f min", hours * MINUTES_PER_HOUR);
    }
    return hours < 3 * HOURS_PER_DAY
        ? String.format(Locale.ROOT, "%.0f h", hours)
        : String.format(Locale.ROOT, "%.0f days", hours / HOURS_PER_DAY);
  }
}
