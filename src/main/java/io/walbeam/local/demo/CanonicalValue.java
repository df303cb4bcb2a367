package io.walbeam.local.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeMap;

/**
 * One text per value, so that a value of PostgreSQL and the same value of BigQuery compare equal
 * although each side prints it in its own way.
 *
 * <p>A text that is not of the expected form is left as it is: it then differs from everything but
 * itself, which is what a comparison should report.
 */
final class CanonicalValue {
  /** PostgreSQL prints {@code 2026-01-02 03:04:05.6+00}, BigQuery's forms have a T and a Z. */
  private static final DateTimeFormatter OFFSET_TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendOffset("+HH:mm", "Z")
          .toFormatter(Locale.ROOT);

  private CanonicalValue() {}

  /**
   * @param type PostgreSQL's name of the type, as {@code format_type} prints it
   * @param text a value of that type as either side prints it
   */
  static String of(String type, String text) {
    try {
      return convert(baseName(type), text);
    } catch (RuntimeException e) {
      return text;
    }
  }

  /** The type's name without modifiers: {@code timestamp(3) with time zone} loses the (3). */
  private static String baseName(String type) {
    return type.replaceAll("\\(.*?\\)", "");
  }

  private static String convert(String type, String text) {
    if (type.startsWith("array ") || type.startsWith("range ") || type.startsWith("document ")) {
      return texts(JsonParser.parseString(text)).toString();
    }
    return switch (type) {
      case "boolean" -> text.startsWith("t") ? "true" : "false";
      case "smallint", "integer", "bigint", "oid" -> Long.toString(Long.parseLong(text));
      case "real" -> Float.toString(Float.parseFloat(text));
      case "double precision" -> Double.toString(Double.parseDouble(text));
      case "numeric" -> plain(new BigDecimal(text));
      case "bytea" ->
          text.startsWith("\\x")
              ? text
              : "\\x" + HexFormat.of().formatHex(Base64.getDecoder().decode(text));
      case "json", "jsonb" -> sorted(JsonParser.parseString(text)).toString();
      case "time without time zone" -> LocalTime.parse(text).toString();
      case "timestamp without time zone" -> LocalDateTime.parse(text.replace(' ', 'T')).toString();
      case "timestamp with time zone" -> instant(text);
      default -> text;
    };
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private static String instant(String text) {
    String iso = text.replace(' ', 'T');
    if (iso.matches(".*[+-]\\d\\d")) {
      iso += ":00";
    }
    return OffsetDateTime.parse(iso, OFFSET_TIMESTAMP).toInstant().toString();
  }

  /** The document with every number and boolean as a string. */
  private static JsonElement texts(JsonElement element) {
    if (element instanceof JsonObject object) {
      JsonObject result = new JsonObject();
      object.entrySet().forEach(entry -> result.add(entry.getKey(), texts(entry.getValue())));
      return result;
    }
    if (element instanceof JsonArray array) {
      JsonArray result = new JsonArray();
      array.forEach(item -> result.add(texts(item)));
      return result;
    }
    return element instanceof JsonPrimitive primitive
        ? new JsonPrimitive(primitive.getAsString())
        : element;
  }

  private static JsonElement sorted(JsonElement element) {
    if (element instanceof JsonObject object) {
      TreeMap<String, JsonElement> members = new TreeMap<>();
      object.entrySet().forEach(entry -> members.put(entry.getKey(), sorted(entry.getValue())));
      JsonObject result = new JsonObject();
      members.forEach(result::add);
      return result;
    }
    if (element instanceof JsonArray array) {
      JsonArray result = new JsonArray();
      array.forEach(item -> result.add(sorted(item)));
      return result;
    }
    if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
      return new JsonPrimitive(new BigDecimal(plain(primitive.getAsBigDecimal())));
    }
    return element;
  }
}
