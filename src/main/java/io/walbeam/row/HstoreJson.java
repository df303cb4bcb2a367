package io.walbeam.row;

/**
 * hstore to an object of strings, NULL null: {@code "a"=>"1", "b"=>NULL} (PostgreSQL source, {@code
 * hstore_out}). Its keys are unique.
 */
final class HstoreJson implements JsonValue {
  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    out.writeByte('{');
    if (from < to) {
      QuotedText in = new QuotedText(text, from, to);
      writeMember(in, out);
      while (in.take(',')) {
        in.require(' ');
        out.writeByte(',');
        writeMember(in, out);
      }
      in.requireEnd();
    }
    out.writeByte('}');
  }

  private static void writeMember(QuotedText in, RowBuffer out) {
    in.quoted();
    JsonScalars.TEXT.write(in.bytes(), in.from(), in.to(), out);
    in.require('=');
    in.require('>');
    out.writeByte(':');
    if (in.sees('"')) {
      in.quoted();
      JsonScalars.TEXT.write(in.bytes(), in.from(), in.to(), out);
    } else {
      in.element(',');
      if (!in.isNull()) {
        throw Rejection.INVALID_TEXT.exception();
      }
      JsonScalars.writeNull(out);
    }
  }
}
