package io.walbeam.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.walbeam.row.DestinationType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One text per value, whether PostgreSQL or BigQuery wrote it. It is found by the JDK's classes and
 * not by the encoders that write rows, so that an error of theirs shows as a difference. What
 * cannot be read stays as it is. Pure.
 */
final class ComparableText {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** An offset as PostgreSQL writes it: {@code +00}, {@code -03:30}, {@code +00:19:32}. */
  private static final DateTimeFormatter OFFSET =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendOffset("+HH:mm:ss", "Z")
          .toFormatter(Locale.ROOT);

  private ComparableText() {}

  /**
   * @param type of the destination's column
   * @param text as either side writes a value of it
   */
  static String of(DestinationType type, String text) {
    try {
      return switch (type) {
        case BOOL -> text.startsWith("t") ? "true" : "false";
        case INT64 -> Long.toString(Long.parseLong(text));
        case FLOAT64 -> Double.toString(Double.parseDouble(text));
        case NUMERIC, BIGNUMERIC -> plain(new BigDecimal(text));
        case BYTES ->
            text.startsWith("\\x")
                ? text
                : "\\x" + HexFormat.of().formatHex(Base64.getDecoder().decode(text));
        case TIME -> LocalTime.parse(text).toString();
        case DATETIME -> LocalDateTime.parse(text.replace(' ', 'T')).toString();
        case TIMESTAMP -> micros(text);
        case JSON -> sorted(JSON.readTree(text)).toString();
        case STRING, DATE, STRUCT -> text;
      };
    } catch (DateTimeException | IllegalArgumentException | JsonProcessingException e) {
      return text;
    }
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  /** Microseconds since 1970-01-01 UTC, which BigQuery is asked for. */
  private static String micros(String text) {
    if (text.indexOf(' ') < 0) {
      return Long.toString(Long.parseLong(text));
    }
    Instant instant = OffsetDateTime.parse(text.replace(' ', 'T'), OFFSET).toInstant();
    return Long.toString(
        TimeUnit.SECONDS.toMicros(instant.getEpochSecond())
            + TimeUnit.NANOSECONDS.toMicros(instant.getNano()));
  }

  /** The members of objects by name; numbers by value, as BigQuery keeps them. */
  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      TreeMap<String, JsonNode> members = new TreeMap<>();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        members.put(member.getKey(), sorted(member.getValue()));
      }
      return JSON.createObjectNode().setAll(members);
    }
    if (node.isArray()) {
      ArrayNode array = JSON.createArrayNode();
      node.forEach(item -> array.add(sorted(item)));
      return array;
    }
    if (node.isNumber()) {
      BigDecimal value = node.decimalValue();
      return JSON.getNodeFactory()
          .numberNode(value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros());
    }
    return node;
  }
}
