package io.walbeam.row;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeShape;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes values of one type into an envelope, whatever they are: in their type, or as a string of
 * PostgreSQL's text where they have no such form. Stateless and thread-safe.
 *
 * @param typed how they stand in JSON
 * @param document whether they are JSON already, and kept as they are
 */
record EnvelopeValue(JsonValue typed, boolean document) {
  /** What becomes of a document that BigQuery would change or refuse. */
  enum Documents {
    /** It stays as it is: nobody between it and its reader changes it. */
    KEPT,
    /** It is a string. */
    CHECKED
  }

  private static final EnvelopeValue DOCUMENT = new EnvelopeValue(JsonScalars.TEXT, true);
  private static final EnvelopeValue CHECKED_JSON =
      new EnvelopeValue(JsonEncoder.inObject(false), false);
  private static final EnvelopeValue CHECKED_JSONB =
      new EnvelopeValue(JsonEncoder.inObject(true), false);

  /**
   * Values of a column.
   *
   * @param structures whether those that have parts are JSON, or PostgreSQL's text
   */
  static EnvelopeValue of(
      RelationColumn column, SourceTypes types, StructureMode structures, Documents documents) {
    String base = TypeMapping.baseName(column, types.announced());
    if (base.equals("json") || base.equals("jsonb")) {
      return switch (documents) {
        case KEPT -> DOCUMENT;
        case CHECKED -> base.equals("json") ? CHECKED_JSON : CHECKED_JSONB;
      };
    }
    if (base.equals("money")) {
      return new EnvelopeValue(new MoneyJson(types.moneyDigits()), false);
    }
    Optional<JsonValue> parts = parts(column, base, types);
    boolean text = parts.isPresent() && structures == StructureMode.TEXT;
    return new EnvelopeValue(
        text ? JsonScalars.TEXT : parts.orElseGet(() -> JsonTypes.value(base)), false);
  }

  private static Optional<JsonValue> parts(RelationColumn column, String base, SourceTypes types) {
    TypeShape shape = types.shapes().get(column.typeOid());
    return shape == null ? JsonTypes.structure(base) : JsonTypes.structure(shape);
  }

  /** Writes the value that PostgreSQL prints as {@code text[from, to)}. */
  void write(byte[] text, int from, int to, RowBuffer out) {
    int start = out.rowLength();
    if (document && Utf8.isValid(text, from, to)) {
      // PostgreSQL has checked that it is well-formed.
      JsonLine.writeDocument(text, from, to, out);
      return;
    }
    try {
      typed.write(text, from, to, out);
      // An array of documents has their line breaks.
      out.replaceLineBreaks(start);
    } catch (Rejection.ValueRejectedException e) {
      out.cutTo(start);
      // Bytes that are no UTF-8 become replacement characters, as JSON has no others.
      String plain = new String(text, from, to - from, StandardCharsets.UTF_8);
      JsonLine.write(JsonLine.quoted(plain), out);
    }
  }
}
