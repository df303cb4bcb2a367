package io.walbeam.row;

/** Writes one source column's value to the fields of a row. Stateless and thread-safe. */
interface FieldWriter {
  /**
   * Writes the value that PostgreSQL prints as {@code text[from, to)}, tags included.
   *
   * @throws Rejection.ValueRejectedException if the destination lacks the value; what was written
   *     is rolled back by the caller
   */
  void write(byte[] text, int from, int to, RowBuffer out);
}
