package io.walbeam.row;

/** time without time zone to TIME, as text. */
final class TimeEncoder implements ColumnEncoder {
  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    if (CivilText.timeEnd(text, from, to) != to) {
      throw Rejection.INVALID_TEXT.exception();
    }
    if (CivilText.timeMicros(text, from, to) == CivilText.MICROS_PER_DAY) {
      throw Rejection.TIME_24.exception();
    }
    out.writeDelimited(text, from, to - from);
  }
}
