package io.walbeam.row;

/**
 * timestamptz to TIMESTAMP, as microseconds since 1970-01-01 UTC, from any session time zone. The
 * range is judged in UTC, as BigQuery does.
 */
final class TimestampEncoder implements ColumnEncoder {
  private static final long FIRST = CivilText.FIRST_DAY * CivilText.MICROS_PER_DAY;
  private static final long LAST = (CivilText.LAST_DAY + 1) * CivilText.MICROS_PER_DAY - 1;

  @Override
  public int wireType() {
    return VARINT;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    int length = CivilText.dateLength(text, from, to);
    boolean beforeChrist = CivilText.isBeforeChrist(text, from, to);
    int end = beforeChrist ? to - 3 : to;
    int time = from + length + 1;
    if (time > end || text[time - 1] != ' ') {
      throw Rejection.INVALID_TEXT.exception();
    }
    int timeEnd = CivilText.timeEnd(text, time, end);
    long day = CivilText.epochDay(text, from, length, beforeChrist);
    // A day more on both sides for the offset; beyond that the microseconds would overflow.
    if (day < CivilText.FIRST_DAY - 1 || day > CivilText.LAST_DAY + 1) {
      throw Rejection.DATE_RANGE.exception();
    }
    long micros =
        day * CivilText.MICROS_PER_DAY
            + CivilText.timeMicros(text, time, timeEnd)
            - CivilText.offsetSeconds(text, timeEnd, end) * CivilText.MICROS_PER_SECOND;
    if (micros < FIRST || micros > LAST) {
      throw Rejection.DATE_RANGE.exception();
    }
    out.writeVarint(micros);
  }
}
