package io.walbeam.row;

/** timestamp without time zone to DATETIME, as text. */
final class DateTimeEncoder implements ColumnEncoder {
  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    long unused = micros(text, from, to);
    out.writeDelimited(text, from, to - from);
  }

  /**
   * Microseconds since 1970-01-01.
   *
   * @throws Rejection.ValueRejectedException if DATETIME lacks the value
   */
  static long micros(byte[] text, int from, int to) {
    int length = CivilText.dateLength(text, from, to);
    boolean beforeChrist = CivilText.isBeforeChrist(text, from, to);
    int end = beforeChrist ? to - 3 : to;
    int time = from + length + 1;
    if (time > end || text[time - 1] != ' ' || CivilText.timeEnd(text, time, end) != end) {
      throw Rejection.INVALID_TEXT.exception();
    }
    long day = CivilText.epochDay(text, from, length, beforeChrist);
    long micros = CivilText.timeMicros(text, time, end);
    if (day < CivilText.FIRST_DAY || day > CivilText.LAST_DAY) {
      throw Rejection.DATE_RANGE.exception();
    }
    if (micros == CivilText.MICROS_PER_DAY) {
      throw Rejection.INVALID_TEXT.exception();
    }
    return day * CivilText.MICROS_PER_DAY + micros;
  }
}
