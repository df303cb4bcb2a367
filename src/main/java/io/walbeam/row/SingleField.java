package io.walbeam.row;

/**
 * A column that has one value.
 *
 * @param tag of its protobuf field
 */
record SingleField(int tag, ColumnEncoder value) implements FieldWriter {
  static SingleField of(int field, ColumnEncoder value) {
    return new SingleField(field << 3 | value.wireType(), value);
  }

  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    out.writeVarint(tag);
    value.encode(text, from, to, out);
  }
}
