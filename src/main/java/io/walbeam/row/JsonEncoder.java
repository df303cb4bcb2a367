package io.walbeam.row;

/**
 * json and jsonb to JSON, as PostgreSQL prints them. Rejects a document that BigQuery would change
 * ({@link DocumentCheck}); white space and the order of members are no part of a document.
 *
 * @param binary whether it is jsonb, of which PostgreSQL has checked more
 * @param levels of nesting that it may have
 */
record JsonEncoder(boolean binary, int levels) implements ColumnEncoder, JsonValue {
  JsonEncoder(boolean binary) {
    this(binary, DocumentCheck.MOST_LEVELS);
  }

  /** Of documents that are members of an object. */
  static JsonEncoder inObject(boolean binary) {
    return new JsonEncoder(binary, DocumentCheck.MOST_LEVELS - 1);
  }

  @Override
  public int wireType() {
    return DELIMITED;
  }

  @Override
  public void encode(byte[] text, int from, int to, RowBuffer out) {
    check(text, from, to);
    out.writeDelimited(text, from, to - from);
  }

  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    check(text, from, to);
    out.writeBytes(text, from, to - from);
  }

  private void check(byte[] text, int from, int to) {
    if (!Utf8.isValid(text, from, to)) {
      throw Rejection.INVALID_UTF8.exception();
    }
    if (binary) {
      DocumentCheck.jsonb(text, from, to, levels);
    } else {
      DocumentCheck.json(text, from, to, levels);
    }
  }
}
