package io.walbeam.row;

import java.util.Arrays;

/**
 * Ranges to objects: {@code {"lower": 1, "upper": 5, "bounds": "[)"}}, an endless side null; the
 * empty range is {@code {"empty": true}} (PostgreSQL source, {@code range_out}).
 *
 * @param bound of the type that the range is over
 */
record RangeJson(JsonValue bound) implements JsonValue {
  private static final byte[] EMPTY = JsonScalars.ascii("empty");
  private static final byte[] EMPTY_RANGE = JsonScalars.ascii("{\"empty\":true}");
  private static final byte[] LOWER = JsonScalars.ascii("{\"lower\":");
  private static final byte[] UPPER = JsonScalars.ascii(",\"upper\":");
  private static final byte[] BOUNDS = JsonScalars.ascii(",\"bounds\":\"");
  private static final byte[] END = JsonScalars.ascii("\"}");

  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    if (Arrays.equals(text, from, to, EMPTY, 0, EMPTY.length)) {
      JsonScalars.write(EMPTY_RANGE, out);
      return;
    }
    QuotedText in = new QuotedText(text, from, to);
    write(in, out);
    in.requireEnd();
  }

  /** Writes the range that {@code in} is at, which is not empty. */
  void write(QuotedText in, RowBuffer out) {
    boolean lowerInclusive = in.take('[');
    if (!lowerInclusive) {
      in.require('(');
    }
    JsonScalars.write(LOWER, out);
    writeBound(in, out);
    in.require(',');
    JsonScalars.write(UPPER, out);
    writeBound(in, out);
    boolean upperInclusive = in.take(']');
    if (!upperInclusive) {
      in.require(')');
    }
    JsonScalars.write(BOUNDS, out);
    out.writeByte(lowerInclusive ? '[' : '(');
    out.writeByte(upperInclusive ? ']' : ')');
    JsonScalars.write(END, out);
  }

  private void writeBound(QuotedText in, RowBuffer out) {
    in.bound();
    if (in.isAbsent()) {
      JsonScalars.writeNull(out);
    } else {
      bound.write(in.bytes(), in.from(), in.to(), out);
    }
  }
}
