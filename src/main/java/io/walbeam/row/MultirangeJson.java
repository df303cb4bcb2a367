package io.walbeam.row;

/**
 * Multiranges to arrays of ranges (PostgreSQL source, {@code multirange_out}). The ranges of one
 * are never empty.
 */
record MultirangeJson(RangeJson range) implements JsonValue {
  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    QuotedText in = new QuotedText(text, from, to);
    in.require('{');
    out.writeByte('[');
    if (!in.take('}')) {
      range.write(in, out);
      while (in.take(',')) {
        out.writeByte(',');
        range.write(in, out);
      }
      in.require('}');
    }
    out.writeByte(']');
    in.requireEnd();
  }
}
