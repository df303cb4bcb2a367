package io.walbeam.row;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * Writes one column's value from PostgreSQL's text to Avro's binary form (Avro specification,
 * "Binary encoding"). Stateless and thread-safe.
 *
 * @param type of the column; what Avro has for it {@link EnvelopeAvro} says
 * @param checked judges the value, as for a column of BigQuery of this type
 */
record AvroEncoder(DestinationType type, ColumnEncoder checked) implements ColumnEncoder {
  private static final ColumnEncoder TEXT = new TextEncoder();

  /** So many digits never overflow a long. */
  private static final int SAFE_DIGITS = 18;

  /** Of a column; nobody changes documents between here and their reader, so they are text. */
  static AvroEncoder of(TypeMapping mapping) {
    return new AvroEncoder(
        mapping.type(), mapping.encoder() instanceof JsonEncoder ? TEXT : mapping.encoder());
  }

  /** Avro has no tags. */
  @Override
  public int wireType() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    int start = out.rowLength();
    switch (type) {
      case INT64 -> out.writeZigZag(IntegerEncoder.parse(text, from, to));
      case BOOL, FLOAT64 -> checked.encode(text, from, to, out);
      case DATE, TIMESTAMP -> {
        checked.encode(text, from, to, out);
        out.writeZigZag(out.takeVarint(start));
      }
      case TIME -> out.writeZigZag(TimeEncoder.micros(text, from, to));
      case DATETIME -> out.writeZigZag(DateTimeEncoder.micros(text, from, to));
      case NUMERIC, BIGNUMERIC -> {
        checked.encode(text, from, to, out);
        decimal(out, start);
      }
      case STRING, BYTES, JSON -> {
        checked.encode(text, from, to, out);
        out.doubleLength(start);
      }
      case STRUCT -> throw new IllegalStateException("no column of a source is a struct");
    }
  }

  /** Puts the unscaled number in the place of decimal text behind its length. */
  private void decimal(RowBuffer out, int start) {
    int scale = type.scale();
    byte[] bytes = out.array();
    int end = out.position();
    int from = end - (out.rowLength() - start);
    while (bytes[from] < 0) {
      from++;
    }
    from++;
    long unscaled = unscaled(bytes, from, end, scale);
    if (unscaled == Long.MIN_VALUE) {
      byte[] whole =
          new BigDecimal(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1))
              .setScale(scale)
              .unscaledValue()
              .toByteArray();
      out.cutTo(start);
      out.writeZigZag(whole.length);
      out.writeBytes(whole, 0, whole.length);
      return;
    }
    out.cutTo(start);
    int length = 1;
    while (length < Long.BYTES
        && unscaled >> (length * Byte.SIZE - 1) != unscaled >> (Long.SIZE - 1)) {
      length++;
    }
    out.writeZigZag(length);
    for (int i = length - 1; i >= 0; i--) {
      out.writeByte((byte) (unscaled >> (i * Byte.SIZE)));
    }
  }

  /** The number without its point at this scale; {@code Long.MIN_VALUE} if it may not fit. */
  private static long unscaled(byte[] text, int from, int end, int scale) {
    if (end - from + scale > SAFE_DIGITS) {
      return Long.MIN_VALUE;
    }
    boolean negative = text[from] == '-';
    long value = 0;
    int missing = scale;
    boolean fraction = false;
    for (int i = negative ? from + 1 : from; i < end; i++) {
      if (text[i] == '.') {
        fraction = true;
      } else {
        value = value * 10 + text[i] - '0';
        missing -= fraction ? 1 : 0;
      }
    }
    for (; missing > 0; missing--) {
      value *= 10;
    }
    return negative ? -value : value;
  }
}
