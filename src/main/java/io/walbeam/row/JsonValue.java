package io.walbeam.row;

/** Writes a value of one PostgreSQL type as JSON. Stateless and thread-safe. */
interface JsonValue {
  /**
   * Writes the value that PostgreSQL prints as {@code text[from, to)}.
   *
   * @throws ValueRejectedException if the text is not of the type, or JSON lacks the value
   */
  void write(byte[] text, int from, int to, RowBuffer out);
}
