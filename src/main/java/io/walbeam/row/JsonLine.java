package io.walbeam.row;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/** Writes the members of a JSON object that stands on one line. Stateless. */
final class JsonLine {
  private static final byte[] NULL = JsonScalars.ascii("null");

  private JsonLine() {}

  /** A name or text in quotes, escaped, in UTF-8. */
  static byte[] quoted(String text) {
    String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(text));
    return ('"' + escaped + '"').getBytes(StandardCharsets.UTF_8);
  }

  static void writeNull(RowBuffer out) {
    out.writeBytes(NULL, 0, NULL.length);
  }

  static void write(byte[] json, RowBuffer out) {
    out.writeBytes(json, 0, json.length);
  }

  static void writeNumber(long value, RowBuffer out) {
    write(JsonScalars.ascii(Long.toString(value)), out);
  }

  /** The first {@code length} characters of the position as text. */
  static void writePosition(RowMeta meta, int length, RowBuffer out) {
    out.writeByte('"');
    meta.writePosition(length, out);
    out.writeByte('"');
  }

  /** A time of microseconds since the Unix epoch, years 1 to 9999, as ISO 8601 in UTC. */
  static void writeTime(long micros, RowBuffer out) {
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, CivilText.MICROS_PER_DAY));
    long ofDay = Math.floorMod(micros, CivilText.MICROS_PER_DAY);
    long seconds = ofDay / CivilText.MICROS_PER_SECOND;
    out.writeByte('"');
    digits(date.getYear(), 4, out);
    out.writeByte('-');
    digits(date.getMonthValue(), 2, out);
    out.writeByte('-');
    digits(date.getDayOfMonth(), 2, out);
    out.writeByte('T');
    digits(seconds / 3600, 2, out);
    out.writeByte(':');
    digits(seconds / 60 % 60, 2, out);
    out.writeByte(':');
    digits(seconds % 60, 2, out);
    out.writeByte('.');
    digits(ofDay % CivilText.MICROS_PER_SECOND, 6, out);
    out.writeByte('Z');
    out.writeByte('"');
  }

  /** A document as it stands; a line break is white space there, or it would be escaped. */
  static void writeDocument(byte[] json, int from, int to, RowBuffer out) {
    int start = out.rowLength();
    out.writeBytes(json, from, to - from);
    out.replaceLineBreaks(start);
  }

  private static void digits(long value, int width, RowBuffer out) {
    long divisor = 1;
    for (int i = 1; i < width; i++) {
      divisor *= 10;
    }
    for (long rest = divisor; rest > 0; rest /= 10) {
      out.writeByte((int) ('0' + value / rest % 10));
    }
  }
}
