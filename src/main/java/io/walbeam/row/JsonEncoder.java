package io.walbeam.row;

/**
 * json and jsonb to JSON. Rejects a document with a number that BigQuery would round. Everything
 * else about the document is left to BigQuery.
 */
final class JsonEncoder implements ColumnEncoder, JsonValue {
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

  private static void check(byte[] text, int from, int to) {
    if (!Utf8.isValid(text, from, to)) {
      throw Rejection.INVALID_UTF8.exception();
    }
    checkNumbers(text, from, to);
  }

  private static void checkNumbers(byte[] text, int from, int to) {
    int i = from;
    while (i < to) {
      byte c = text[i];
      if (c == '"') {
        i = stringEnd(text, i + 1, to);
      } else if (c == '-' || (c >= '0' && c <= '9')) {
        int end = numberEnd(text, i, to);
        if (!JsonNumbers.isKept(text, i, end)) {
          throw Rejection.JSON_NUMBER.exception();
        }
        i = end;
      } else {
        i++;
      }
    }
  }

  private static int stringEnd(byte[] text, int from, int to) {
    int i = from;
    while (i < to && text[i] != '"') {
      i += text[i] == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  private static int numberEnd(byte[] text, int from, int to) {
    int i = from;
    while (i < to && isNumberPart(text[i])) {
      i++;
    }
    return i;
  }

  private static boolean isNumberPart(byte c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }
}
