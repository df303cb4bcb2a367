package io.walbeam.row;

import io.walbeam.change.TypeShape;
import java.util.Map;
import java.util.Optional;

/** How values of types stand in JSON. */
final class JsonTypes {
  private static final String ARRAY = "[]";
  private static final char COMMA = ',';

  /** PostgreSQL source, {@code pg_type.dat}: box alone has another delimiter. */
  private static final char BOX_DELIMITER = ';';

  /** Range types and what they are over (PostgreSQL source, {@code pg_range.dat}). */
  private static final Map<String, String> RANGES =
      Map.of(
          "int4range", "int4",
          "int8range", "int8",
          "numrange", "numeric",
          "daterange", "date",
          "tsrange", "timestamp",
          "tstzrange", "timestamptz");

  private static final Map<String, String> MULTIRANGES =
      Map.of(
          "int4multirange", "int4range",
          "int8multirange", "int8range",
          "nummultirange", "numrange",
          "datemultirange", "daterange",
          "tsmultirange", "tsrange",
          "tstzmultirange", "tstzrange");

  private static final JsonValue JSON = new JsonEncoder(false);
  private static final JsonValue JSONB = new JsonEncoder(true);
  private static final JsonValue HSTORE = new HstoreJson();

  private JsonTypes() {}

  /** The JSON of a type that has parts: array, range, multirange, hstore; else empty. */
  static Optional<JsonValue> structure(String type) {
    Optional<String> element = element(type);
    if (element.isPresent()) {
      return Optional.of(new ArrayJson(value(element.get()), delimiter(element.get())));
    }
    if (RANGES.containsKey(type)) {
      return Optional.of(range(type));
    }
    if (MULTIRANGES.containsKey(type)) {
      return Optional.of(new MultirangeJson(range(MULTIRANGES.getOrDefault(type, ""))));
    }
    return type.equals("hstore") ? Optional.of(HSTORE) : Optional.empty();
  }

  /** The type of an array's elements; empty if the type is no array. */
  static Optional<String> element(String type) {
    return type.endsWith(ARRAY)
        ? Optional.of(type.substring(0, type.length() - ARRAY.length()))
        : Optional.empty();
  }

  /** What stands between the elements of an array of the type. */
  static char delimiter(String element) {
    return element.equals("box") ? BOX_DELIMITER : COMMA;
  }

  /** Whether values of the type are arrays. */
  static boolean isArray(TypeShape shape) {
    return shape instanceof TypeShape.ArrayOf
        || (shape instanceof TypeShape.Plain plain
            && element(BuiltInTypes.named(plain.name())).isPresent());
  }

  /** The JSON of a type that has parts by the catalogue, else empty. */
  static Optional<JsonValue> structure(TypeShape shape) {
    if (shape instanceof TypeShape.Plain plain) {
      return structure(BuiltInTypes.named(plain.name()));
    }
    return shape instanceof TypeShape.Money ? Optional.empty() : Optional.of(value(shape));
  }

  /** The JSON of any type, of which the catalogue knows what it consists of. */
  static JsonValue value(TypeShape shape) {
    if (shape instanceof TypeShape.ArrayOf array) {
      return new ArrayJson(value(array.element()), array.delimiter());
    }
    if (shape instanceof TypeShape.RangeOf range) {
      return range(range);
    }
    if (shape instanceof TypeShape.MultirangeOf multirange) {
      return new MultirangeJson(range(multirange.range()));
    }
    if (shape instanceof TypeShape.Composite composite) {
      return new CompositeJson(
          composite.attributes().stream()
              .map(part -> CompositeJson.Attribute.of(part.name(), value(part.type())))
              .toList());
    }
    return shape instanceof TypeShape.Plain plain
        ? value(BuiltInTypes.named(plain.name()))
        : JsonScalars.TEXT;
  }

  private static RangeJson range(TypeShape.RangeOf range) {
    return new RangeJson(value(range.bound()));
  }

  private static RangeJson range(String type) {
    return new RangeJson(value(RANGES.getOrDefault(type, "")));
  }

  /** The JSON of any type; of one that is not built in, empty, it is a string. */
  static JsonValue value(String type) {
    return switch (type) {
      case "bool" -> JsonScalars.BOOLEAN;
      case "int2", "int4", "int8", "oid", "float4", "float8", "numeric" -> JsonScalars.NUMBER;
      case "json" -> JSON;
      case "jsonb" -> JSONB;
      default -> structure(type).orElse(JsonScalars.TEXT);
    };
  }
}
