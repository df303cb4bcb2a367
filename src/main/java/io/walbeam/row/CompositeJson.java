package io.walbeam.row;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Composites to objects: {@code (1,"a b",)} becomes {@code {"x": 1, "y": "a b", "z": null}}
 * (PostgreSQL source, {@code record_out}).
 *
 * <p>A value of another number of attributes was printed before or after one was added or dropped:
 * those without a name are called by their place, {@code f3}, as PostgreSQL does, until the dump
 * that follows such a change.
 *
 * @param attributes in their order
 */
record CompositeJson(List<Attribute> attributes) implements JsonValue {
  /**
   * One attribute.
   *
   * @param name as JSON, with the colon
   */
  record Attribute(byte[] name, JsonValue value) {
    static Attribute of(String name, JsonValue value) {
      byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
      RowBuffer json = new RowBuffer();
      json.beginRow();
      JsonScalars.TEXT.write(utf8, 0, utf8.length, json);
      json.writeByte(':');
      EncodedRow row = json.endRow();
      byte[] quoted = new byte[row.length()];
      System.arraycopy(row.bytes(), row.offset(), quoted, 0, quoted.length);
      return new Attribute(quoted, value);
    }
  }

  CompositeJson {
    attributes = List.copyOf(attributes);
  }

  @Override
  public void write(byte[] text, int from, int to, RowBuffer out) {
    QuotedText in = new QuotedText(text, from, to);
    in.require('(');
    out.writeByte('{');
    if (!attributes.isEmpty() || !in.sees(')')) {
      writeMember(in, 0, out);
      for (int i = 1; in.take(','); i++) {
        out.writeByte(',');
        writeMember(in, i, out);
      }
    }
    in.require(')');
    in.requireEnd();
    out.writeByte('}');
  }

  private void writeMember(QuotedText in, int i, RowBuffer out) {
    Attribute attribute =
        i < attributes.size()
            ? attributes.get(i)
            : new Attribute(JsonScalars.ascii("\"f" + (i + 1) + "\":"), JsonScalars.TEXT);
    JsonScalars.write(attribute.name(), out);
    in.attribute();
    if (in.isAbsent()) {
      JsonScalars.writeNull(out);
    } else {
      attribute.value().write(in.bytes(), in.from(), in.to(), out);
    }
  }
}
