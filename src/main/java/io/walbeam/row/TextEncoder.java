package io.walbeam.row;

/** Any type to STRING: PostgreSQL's text as it is. */
final class TextEncoder implements ColumnEncoder {
  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    if (!Utf8.isValid(text, from, to)) {
      throw Rejection.INVALID_UTF8.exception();
    }
    out.writeDelimited(text, from, to - from);
  }
}
