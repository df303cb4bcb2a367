package io.walbeam.row;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeName;
import io.walbeam.change.TypeShape;
import java.util.Map;
import java.util.Optional;

/**
 * How a PostgreSQL type becomes a BigQuery type.
 *
 * @param type what the destination column is
 * @param encoder from PostgreSQL's text to the protobuf value of {@code type}
 * @param source the PostgreSQL type as a person would write it
 * @param delimiter between the elements if the column is REPEATED, and {@code encoder} is for each
 */
record TypeMapping(
    DestinationType type, ColumnEncoder encoder, String source, Optional<Character> delimiter) {
  private static final ColumnEncoder BOOLEAN = new BooleanEncoder();
  private static final ColumnEncoder INTEGER = new IntegerEncoder();
  private static final ColumnEncoder FLOAT = new FloatEncoder();
  private static final ColumnEncoder NUMERIC = NumericEncoder.numeric();
  private static final ColumnEncoder BIGNUMERIC = NumericEncoder.bigNumeric();
  private static final ColumnEncoder TEXT = new TextEncoder();
  private static final ColumnEncoder BYTES = new BytesEncoder();
  private static final ColumnEncoder JSON = new JsonEncoder(false);
  private static final ColumnEncoder JSONB = new JsonEncoder(true);
  private static final ColumnEncoder DATE = new DateEncoder();
  private static final ColumnEncoder TIME = new TimeEncoder();
  private static final ColumnEncoder DATETIME = new DateTimeEncoder();
  private static final ColumnEncoder TIMESTAMP = new TimestampEncoder();

  private static final String HSTORE = "hstore";

  /** PostgreSQL source, {@code numeric.h}: a type modifier is 4 more than what it packs. */
  private static final int MODIFIER_OFFSET = 4;

  /** A column that has one value. */
  TypeMapping(DestinationType type, ColumnEncoder encoder, String source) {
    this(type, encoder, source, Optional.empty());
  }

  /** Whether the column is an array. */
  boolean isRepeated() {
    return delimiter.isPresent();
  }

  /** What writes the column as protobuf field {@code number}. */
  FieldWriter field(int number) {
    return delimiter
        .<FieldWriter>map(each -> RepeatedField.of(number, encoder, each))
        .orElseGet(() -> SingleField.of(number, encoder));
  }

  /**
   * The mapping of a column.
   *
   * @param key whether the column is part of the destination's key
   * @param existing the type of the destination's column if it is there, which stays if it holds
   *     every value
   */
  static TypeMapping of(
      RelationColumn column,
      boolean key,
      SourceTypes types,
      StructureMode structures,
      Optional<DestinationType> existing) {
    TypeMapping wanted = wanted(column, key, types, structures);
    return existing.map(type -> wanted.in(type, column, types)).orElse(wanted);
  }

  private static TypeMapping wanted(
      RelationColumn column, boolean key, SourceTypes types, StructureMode structures) {
    String base = baseName(column, types.announced());
    String source = sourceName(column, types.announced());
    Optional<TypeMapping> structure =
        switch (structures) {
          case TEXT -> Optional.empty();
          case JSON -> structure(column, types, source);
          case REPEATED ->
              repeated(base, column, types, source).or(() -> structure(column, types, source));
        };
    TypeMapping mapping = structure.orElseGet(() -> mapping(base, column, types, source));
    boolean refusedAsKey =
        switch (mapping.type) {
          // BigQuery documentation, "Use primary and foreign keys": types that a key may have.
          case FLOAT64, TIME, JSON, STRUCT -> true;
          case BOOL, INT64, NUMERIC, BIGNUMERIC, STRING, BYTES, DATE, DATETIME, TIMESTAMP -> false;
        };
    return key && (refusedAsKey || mapping.isRepeated())
        ? new TypeMapping(DestinationType.STRING, TEXT, mapping.source)
        : mapping;
  }

  /** The mapping of the same column to a column that is there, if that holds every value. */
  private TypeMapping in(DestinationType existing, RelationColumn column, SourceTypes types) {
    return switch (existing) {
      case JSON ->
          structure(column, types, source).orElse(isGone(column, types) ? asJsonText() : this);
      case STRING -> new TypeMapping(existing, TEXT, source);
      case NUMERIC ->
          type == DestinationType.INT64 && !isRepeated()
              ? new TypeMapping(existing, NUMERIC, source)
              : this;
      case BIGNUMERIC ->
          (type == DestinationType.INT64 || type == DestinationType.NUMERIC) && !isRepeated()
              ? new TypeMapping(
                  existing, encoder instanceof MoneyEncoder ? encoder : BIGNUMERIC, source)
              : this;
      default -> this;
    };
  }

  /** Whether nothing is known any more of what the values of the column's type consist of. */
  private static boolean isGone(RelationColumn column, SourceTypes types) {
    TypeName announced = types.announced().get(column.typeOid());
    return announced != null
        && !announced.builtIn()
        && !announced.name().equals(HSTORE)
        && !types.shapes().containsKey(column.typeOid());
  }

  private TypeMapping asJsonText() {
    return new TypeMapping(DestinationType.JSON, new JsonColumnEncoder(JsonScalars.TEXT), source);
  }

  private static Optional<TypeMapping> structure(
      RelationColumn column, SourceTypes types, String source) {
    TypeShape shape = types.shapes().get(column.typeOid());
    Optional<JsonValue> value =
        shape == null
            ? JsonTypes.structure(baseName(column, types.announced()))
            : JsonTypes.structure(shape);
    return value.map(
        json -> new TypeMapping(DestinationType.JSON, new JsonColumnEncoder(json), source));
  }

  /** An array whose elements are no arrays, as a column of them. */
  private static Optional<TypeMapping> repeated(
      String base, RelationColumn column, SourceTypes types, String source) {
    TypeShape shape = types.shapes().get(column.typeOid());
    if (shape instanceof TypeShape.ArrayOf array) {
      return JsonTypes.isArray(array.element())
          ? Optional.empty()
          : Optional.of(
              element(array.element(), column, types, source).repeated(array.delimiter()));
    }
    String name = shape instanceof TypeShape.Plain plain ? BuiltInTypes.named(plain.name()) : base;
    return JsonTypes.element(name)
        .map(
            element ->
                element(new TypeShape.Plain(element), column, types, source)
                    .repeated(JsonTypes.delimiter(element)));
  }

  private static TypeMapping element(
      TypeShape shape, RelationColumn column, SourceTypes types, String source) {
    Optional<JsonValue> parts = JsonTypes.structure(shape);
    if (parts.isPresent()) {
      return new TypeMapping(DestinationType.JSON, new JsonColumnEncoder(parts.get()), source);
    }
    // Of money within an array only the text is known.
    return shape instanceof TypeShape.Plain plain && !plain.name().equals("money")
        ? mapping(plain.name(), column, types, source)
        : new TypeMapping(DestinationType.STRING, TEXT, source);
  }

  private TypeMapping repeated(char between) {
    return new TypeMapping(type, encoder, source, Optional.of(between));
  }

  private static TypeMapping mapping(
      String base, RelationColumn column, SourceTypes types, String source) {
    return switch (base) {
      case "money" ->
          new TypeMapping(DestinationType.NUMERIC, new MoneyEncoder(types.moneyDigits()), source);
      case "bool" -> new TypeMapping(DestinationType.BOOL, BOOLEAN, source);
      case "int2", "int4", "int8", "oid" -> new TypeMapping(DestinationType.INT64, INTEGER, source);
      case "float4", "float8" -> new TypeMapping(DestinationType.FLOAT64, FLOAT, source);
      case "numeric" -> decimal(column.typeModifier(), source);
      case "bytea" -> new TypeMapping(DestinationType.BYTES, BYTES, source);
      case "json" -> new TypeMapping(DestinationType.JSON, JSON, source);
      case "jsonb" -> new TypeMapping(DestinationType.JSON, JSONB, source);
      case "date" -> new TypeMapping(DestinationType.DATE, DATE, source);
      case "time" -> new TypeMapping(DestinationType.TIME, TIME, source);
      case "timestamp" -> new TypeMapping(DestinationType.DATETIME, DATETIME, source);
      case "timestamptz" -> new TypeMapping(DestinationType.TIMESTAMP, TIMESTAMP, source);
      default -> new TypeMapping(DestinationType.STRING, TEXT, source);
    };
  }

  /** The narrowest type that holds every value of the declared one; STRING if none does. */
  private static TypeMapping decimal(int modifier, String source) {
    if (modifier < MODIFIER_OFFSET) {
      return new TypeMapping(DestinationType.BIGNUMERIC, BIGNUMERIC, source);
    }
    int scale = scale(modifier);
    int integerDigits = precision(modifier) - scale;
    if (integerDigits <= NumericEncoder.NUMERIC_INTEGER_DIGITS
        && scale <= NumericEncoder.NUMERIC_SCALE) {
      return new TypeMapping(DestinationType.NUMERIC, NUMERIC, source);
    }
    if (integerDigits <= NumericEncoder.BIGNUMERIC_INTEGER_DIGITS
        && scale <= NumericEncoder.BIGNUMERIC_SCALE) {
      return new TypeMapping(DestinationType.BIGNUMERIC, BIGNUMERIC, source);
    }
    return new TypeMapping(DestinationType.STRING, TEXT, source);
  }

  private static int precision(int modifier) {
    return ((modifier - MODIFIER_OFFSET) >>> 16) & 0xFFFF;
  }

  /** Eleven bits with a sign since PostgreSQL 15. */
  private static int scale(int modifier) {
    return (((modifier - MODIFIER_OFFSET) & 0x7FF) ^ 0x400) - 0x400;
  }

  /** The built-in type behind the column, also of a domain; empty if there is none. */
  static String baseName(RelationColumn column, Map<Integer, TypeName> types) {
    TypeName announced = types.get(column.typeOid());
    if (announced == null) {
      return BuiltInTypes.name(column.typeOid());
    }
    if (announced.builtIn()) {
      return BuiltInTypes.named(announced.name());
    }
    // The one extension whose type has parts; it may be in any schema.
    return announced.name().equals(HSTORE) ? HSTORE : "";
  }

  private static String sourceName(RelationColumn column, Map<Integer, TypeName> types) {
    int modifier = column.typeModifier();
    TypeName announced = types.get(column.typeOid());
    if (announced != null) {
      return announced.builtIn()
          ? "domain over " + BuiltInTypes.named(announced.name())
          : announced.schema() + "." + announced.name();
    }
    String name = BuiltInTypes.name(column.typeOid());
    if (name.isEmpty()) {
      return "type with OID " + Integer.toUnsignedString(column.typeOid());
    }
    if (modifier < MODIFIER_OFFSET) {
      return name;
    }
    return switch (name) {
      case "numeric" -> "numeric(" + precision(modifier) + "," + scale(modifier) + ")";
      case "varchar", "bpchar" -> name + "(" + (modifier - MODIFIER_OFFSET) + ")";
      default -> name;
    };
  }
}
