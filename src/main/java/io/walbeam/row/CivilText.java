package io.walbeam.row;

/**
 * Reads dates and times as PostgreSQL prints them with DateStyle ISO (documentation, "Date/Time
 * Output"): {@code YYYY-MM-DD}, {@code HH:MM:SS[.ffffff]}, a year of more digits after 9999, and
 * {@code BC} at the end.
 */
final class CivilText {
  static final long MICROS_PER_SECOND = 1_000_000;
  static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

  /** 0001-01-01, days since 1970-01-01. */
  static final long FIRST_DAY = -719_162;

  /** 9999-12-31, days since 1970-01-01. */
  static final long LAST_DAY = 2_932_896;

  private static final int TIME_LENGTH = 8;
  private static final int FRACTION_DIGITS = 6;

  private CivilText() {}

  /**
   * Length of the date at {@code from}.
   *
   * @throws Rejection.ValueRejectedException if it is {@code infinity}, {@code -infinity} or no
   *     date
   */
  static int dateLength(byte[] text, int from, int to) {
    int dash = from;
    while (dash < to && isDigit(text[dash])) {
      dash++;
    }
    if (dash - from < 4 || dash - from > 7 || to - dash < 6) {
      throw isInfinity(text, from, to)
          ? Rejection.DATE_INFINITE.exception()
          : Rejection.INVALID_TEXT.exception();
    }
    return dash - from + 6;
  }

  /** Whether {@code text[from, to)} ends in {@code BC}. */
  static boolean isBeforeChrist(byte[] text, int from, int to) {
    return to - from > 3 && text[to - 1] == 'C' && text[to - 2] == 'B' && text[to - 3] == ' ';
  }

  /** Days since 1970-01-01 of the date {@code text[from, from + length)}. */
  static long epochDay(byte[] text, int from, int length, boolean beforeChrist) {
    int dash = from + length - 6;
    if (text[dash] != '-' || text[dash + 3] != '-') {
      throw Rejection.INVALID_TEXT.exception();
    }
    long year = 0;
    for (int i = from; i < dash; i++) {
      year = year * 10 + (text[i] - '0');
    }
    int month = twoDigits(text, dash + 1);
    int day = twoDigits(text, dash + 4);
    if (year < 1 || month < 1 || month > 12 || day < 1) {
      throw Rejection.INVALID_TEXT.exception();
    }
    if (beforeChrist) {
      year = 1 - year;
    }
    if (day > monthLength(year, month)) {
      throw Rejection.INVALID_TEXT.exception();
    }
    return epochDay(year, month, day);
  }

  /** Where the time that starts at {@code from} ends. */
  static int timeEnd(byte[] text, int from, int to) {
    if (to - from < TIME_LENGTH || text[from + 2] != ':' || text[from + 5] != ':') {
      throw Rejection.INVALID_TEXT.exception();
    }
    int end = from + TIME_LENGTH;
    if (end == to || text[end] != '.') {
      return end;
    }
    int point = end++;
    while (end < to && isDigit(text[end])) {
      end++;
    }
    int digits = end - point - 1;
    if (digits < 1 || digits > FRACTION_DIGITS) {
      throw Rejection.INVALID_TEXT.exception();
    }
    return end;
  }

  /** Microseconds since midnight of the time {@code text[from, end)}; up to 24:00:00. */
  static long timeMicros(byte[] text, int from, int end) {
    int hour = twoDigits(text, from);
    int minute = twoDigits(text, from + 3);
    int second = twoDigits(text, from + 6);
    if (hour > 24 || minute > 59 || second > 59) {
      throw Rejection.INVALID_TEXT.exception();
    }
    long fraction = 0;
    if (end > from + TIME_LENGTH) {
      int digits = 0;
      for (int i = from + TIME_LENGTH + 1; i < end; i++, digits++) {
        fraction = fraction * 10 + (text[i] - '0');
      }
      for (; digits < FRACTION_DIGITS; digits++) {
        fraction *= 10;
      }
    }
    long micros = ((hour * 60L + minute) * 60 + second) * MICROS_PER_SECOND + fraction;
    if (micros > MICROS_PER_DAY) {
      throw Rejection.INVALID_TEXT.exception();
    }
    return micros;
  }

  /** Seconds east of UTC of the offset {@code text[from, to)}: sign, HH, then :MM, then :SS. */
  static int offsetSeconds(byte[] text, int from, int to) {
    int length = to - from;
    boolean wellFormed =
        (length == 3 || length == 6 || length == 9)
            && (text[from] == '+' || text[from] == '-')
            && (length < 6 || text[from + 3] == ':')
            && (length < 9 || text[from + 6] == ':');
    if (!wellFormed) {
      throw Rejection.INVALID_TEXT.exception();
    }
    int seconds = twoDigits(text, from + 1) * 3600;
    if (length >= 6) {
      seconds += twoDigits(text, from + 4) * 60;
    }
    if (length == 9) {
      seconds += twoDigits(text, from + 7);
    }
    return text[from] == '-' ? -seconds : seconds;
  }

  /** Days since 1970-01-01 in the proleptic Gregorian calendar, year 0 being 1 BC. */
  private static long epochDay(long year, int month, int day) {
    // Years are counted from March, so that the leap day is the last of its year, in cycles of 400.
    long shifted = month <= 2 ? year - 1 : year;
    long cycle = Math.floorDiv(shifted, 400);
    long yearOfCycle = shifted - cycle * 400;
    long dayOfYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    long dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear;
    return cycle * 146_097 + dayOfCycle - 719_468;
  }

  private static int monthLength(long year, int month) {
    if (month == 2) {
      boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  static int twoDigits(byte[] text, int at) {
    if (!isDigit(text[at]) || !isDigit(text[at + 1])) {
      throw Rejection.INVALID_TEXT.exception();
    }
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
  }

  private static boolean isInfinity(byte[] text, int from, int to) {
    int first = from < to && text[from] == '-' ? from + 1 : from;
    return to - first == 8 && text[first] == 'i' && text[first + 1] == 'n';
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }
}
