package io.walbeam.row;

/** date to DATE, as days since 1970-01-01. */
final class DateEncoder implements ColumnEncoder {
  @Override
  public int wireType() {
    return VARINT;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    int length = CivilText.dateLength(text, from, to);
    boolean beforeChrist = CivilText.isBeforeChrist(text, from, to);
    if (from + length != (beforeChrist ? to - 3 : to)) {
      throw Rejection.INVALID_TEXT.exception();
    }
    long day = CivilText.epochDay(text, from, length, beforeChrist);
    if (day < CivilText.FIRST_DAY || day > CivilText.LAST_DAY) {
      throw Rejection.DATE_RANGE.exception();
    }
    out.writeVarint(day);
  }
}
