package io.walbeam.row;

/** bool, printed as {@code t} or {@code f}, to BOOL. */
final class BooleanEncoder implements ColumnEncoder {
  @Override
  public int wireType() {
    return VARINT;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    byte letter = to - from == 1 ? text[from] : 0;
    if (letter != 't' && letter != 'f') {
      throw Rejection.INVALID_TEXT.exception();
    }
    out.writeByte(letter == 't' ? 1 : 0);
  }
}
