package io.walbeam.row;

/**
 * Writes one column's value from PostgreSQL's text to protobuf. Stateless and thread-safe.
 *
 * @see TypeMapping
 */
interface ColumnEncoder {
  /** Protobuf wire types (Protocol Buffers documentation, "Encoding"). */
  int VARINT = 0;

  int FIXED64 = 1;
  int DELIMITED = 2;

  int wireType();

  /**
   * Writes the value {@code text[from, to)}; the tag is written already.
   *
   * @throws Rejection.ValueRejectedException if the destination lacks the value; what was written
   *     is rolled back by the caller
   */
  void encode(byte[] text, int from, int to, RowBuffer out);
}
