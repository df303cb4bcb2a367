package io.walbeam.row;

/**
 * json and jsonb to JSON, as PostgreSQL prints them. Rejects a document that BigQuery would change
 * ({@link DocumentCheck}); white space and the order of members are no part of a document.
 *
 * @param binary whether it is jsonb, of which PostgreSQL has checked more
 */
record JsonEncoder(boolean binary) implements ColumnEncoder, JsonValue {
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
      DocumentCheck.jsonb(text, from, to);
    } else {
      DocumentCheck.json(text, from, to);
    }
  }
}
