package io.walbeam.local.standin.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.store.ColumnType;
import io.walbeam.local.standin.store.Decimals;
import io.walbeam.local.standin.store.Times;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes result values in the form of the REST interface: {@code {"f":[{"v":...}]}}. */
public final class ResultCells {
  /** How TIMESTAMP values are written ({@code DataFormatOptions}). */
  public enum TimestampFormat {
    /** Seconds since the epoch, as a floating-point literal; the interface's default. */
    SECONDS,
    MICROSECONDS,
    ISO
  }

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
          .toFormatter();
  private static final DateTimeFormatter DATETIME =
      new DateTimeFormatterBuilder().appendPattern("uuuu-MM-dd'T'").append(TIME).toFormatter();

  private final TimestampFormat timestamps;

  ResultCells(TimestampFormat timestamps) {
    this.timestamps = timestamps;
  }

  ObjectNode cell(ResultType type, @Nullable Object value) {
    ObjectNode cell = Json.object();
    cell.set("v", type.repeated() ? list(type, value) : scalar(type, value));
    return cell;
  }

  private ArrayNode list(ResultType type, @Nullable Object value) {
    ArrayNode list = Json.array();
    if (value instanceof List<?> elements) {
      for (Object element : elements) {
        ObjectNode cell = Json.object();
        cell.set("v", scalar(type, element));
        list.add(cell);
      }
    }
    return list;
  }

  private JsonNode scalar(ResultType type, @Nullable Object value) {
    if (value == null) {
      return NullNode.getInstance();
    }
    if (type.type() == ColumnType.RECORD && value instanceof Object[] attributes) {
      ObjectNode record = Json.object();
      ArrayNode cells = record.putArray("f");
      for (int i = 0; i < attributes.length; i++) {
        cells.add(cell(type.fields().get(i), attributes[i]));
      }
      return record;
    }
    return TextNode.valueOf(
        switch (type.type()) {
          case NUMERIC -> Decimals.plain((BigDecimal) value);
          case BYTES -> Base64.getEncoder().encodeToString((byte[]) value);
          case TIMESTAMP -> timestamp((OffsetDateTime) value);
          case DATETIME -> DATETIME.format((LocalDateTime) value);
          case TIME -> TIME.format((LocalTime) value);
          default -> value.toString();
        });
  }

  private String timestamp(OffsetDateTime value) {
    LocalDateTime utc = value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    return switch (timestamps) {
      case MICROSECONDS -> Long.toString(Times.micros(utc));
      case ISO -> DATETIME.format(utc) + "Z";
      case SECONDS -> BigDecimal.valueOf(Times.micros(utc), 6).toPlainString();
    };
  }
}
