package io.walbeam.row;

/** Arrays, ranges and the like to JSON. */
record JsonColumnEncoder(JsonValue value) implements ColumnEncoder {
  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    int start = out.beginDelimited();
    value.write(text, from, to, out);
    out.endDelimited(start);
  }
}
