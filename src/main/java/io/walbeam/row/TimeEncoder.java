package io.walbeam.row;

/** time without time zone to TIME, as text. */
final class TimeEncoder implements ColumnEncoder {
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
   * Microseconds since midnight.
   *
   * @throws Rejection.ValueRejectedException if TIME lacks the value
   */
  static long micros(byte[] text, int from, int to) {
    if (CivilText.timeEnd(text, from, to) != to) {
      throw Rejection.INVALID_TEXT.exception();
    }
    long micros = CivilText.timeMicros(text, from, to);
    if (micros == CivilText.MICROS_PER_DAY) {
      throw Rejection.TIME_24.exception();
    }
    return micros;
  }
}
