package io.walbeam.row;

/**
 * A REPEATED column: an array of one dimension, a field for each element. An array without elements
 * writes nothing.
 *
 * <p>BigQuery keeps neither NULL elements nor other bounds, so such arrays are refused.
 *
 * @param tag of its protobuf field
 * @param delimiter between the elements of PostgreSQL's text
 */
record RepeatedField(int tag, ColumnEncoder element, char delimiter) implements FieldWriter {
  static RepeatedField of(int field, ColumnEncoder element, char delimiter) {
    return new RepeatedField(field << 3 | element.wireType(), element, delimiter);
  }

  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    QuotedText in = new QuotedText(text, from, to);
    if (in.sees('[')) {
      throw Rejection.ARRAY_SHAPE.exception();
    }
    in.require('{');
    if (in.take('}')) {
      in.requireEnd();
      return;
    }
    do {
      if (in.sees('{')) {
        throw Rejection.ARRAY_SHAPE.exception();
      }
      in.element(delimiter);
      if (in.isNull()) {
        throw Rejection.ARRAY_NULL.exception();
      }
      out.writeVarint(tag);
      element.encode(in.bytes(), in.from(), in.to(), out);
    } while (in.take(delimiter));
    in.require('}');
    in.requireEnd();
  }
}
