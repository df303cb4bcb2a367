package io.walbeam.row;

import java.util.ArrayList;
import java.util.List;

/**
 * Arrays to JSON arrays, of any number of dimensions (PostgreSQL source, {@code array_out}). NULL
 * elements are null.
 *
 * <p>An array whose lower bounds are not all 1 is not equal to the same elements with other bounds,
 * so it becomes an object: {@code {"lower_bounds": [0], "elements": [...]}}.
 *
 * @param delimiter between elements: a comma, or a semicolon for box
 */
record ArrayJson(JsonValue element, char delimiter) implements JsonValue {
  private static final byte[] LOWER_BOUNDS = JsonScalars.ascii("{\"lower_bounds\":[");
  private static final byte[] ELEMENTS = JsonScalars.ascii("],\"elements\":");

  /** PostgreSQL's limit, {@code MAXDIM}. */
  private static final int MOST_DIMENSIONS = 6;

  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    int start = from;
    boolean bounds = from < to && text[from] == '[';
    if (bounds) {
      start = writeBounds(text, from, to, out);
    }
    QuotedText in = new QuotedText(text, start, to);
    writeLevel(in, 1, out);
    in.requireEnd();
    if (bounds) {
      out.writeByte('}');
    }
  }

  /** Writes the lower bounds of {@code [2:3][-1:0]=} and returns where the elements begin. */
  private static int writeBounds(byte[] text, int from, int to, RowBuffer out) {
    List<Integer> lower = new ArrayList<>();
    int i = from;
    while (i < to && text[i] == '[') {
      int colon = i + 1;
      int bound = 0;
      boolean negative = colon < to && text[colon] == '-';
      if (negative) {
        colon++;
      }
      int digits = colon;
      while (colon < to && text[colon] >= '0' && text[colon] <= '9') {
        bound = bound * 10 + (text[colon++] - '0');
      }
      if (colon == digits || colon - digits > 10 || colon == to || text[colon] != ':') {
        throw Rejection.INVALID_TEXT.exception();
      }
      lower.add(negative ? -bound : bound);
      i = colon;
      while (i < to && text[i] != ']') {
        i++;
      }
      i++;
    }
    if (i >= to || text[i] != '=') {
      throw Rejection.INVALID_TEXT.exception();
    }
    JsonScalars.write(LOWER_BOUNDS, out);
    for (int dimension = 0; dimension < lower.size(); dimension++) {
      if (dimension > 0) {
        out.writeByte(',');
      }
      JsonScalars.write(JsonScalars.ascii(lower.get(dimension).toString()), out);
    }
    JsonScalars.write(ELEMENTS, out);
    return i + 1;
  }

  private void writeLevel(QuotedText in, int depth, RowBuffer out) {
    if (depth > MOST_DIMENSIONS) {
      throw Rejection.INVALID_TEXT.exception();
    }
    in.require('{');
    out.writeByte('[');
    if (!in.take('}')) {
      boolean more = true;
      while (more) {
        if (in.sees('{')) {
          writeLevel(in, depth + 1, out);
        } else {
          in.element(delimiter);
          if (in.isNull()) {
            JsonScalars.writeNull(out);
          } else {
            element.write(in.bytes(), in.from(), in.to(), out);
          }
        }
        more = in.take(delimiter);
        if (more) {
          out.writeByte(',');
        }
      }
      in.require('}');
    }
    out.writeByte(']');
  }
}
