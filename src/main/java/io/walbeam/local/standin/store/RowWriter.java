package io.walbeam.local.standin.store;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Puts decoded rows into a physical table through DuckDB's appender. */
final class RowWriter {
  private RowWriter() {}

  static void write(
      DuckDBConnection connection,
      String table,
      List<Column> columns,
      List<Row> rows,
      long firstIngestion,
      long now)
      throws SQLException {
    try (DuckDBAppender appender = connection.createAppender(Store.DATA, table)) {
      long ingestion = firstIngestion;
      for (Row row : rows) {
        appender.beginRow();
        appender.append(ingestion++);
        for (int i = 0; i < SequenceNumber.SECTIONS; i++) {
          appender.append(row.position().flipped(i));
        }
        if (row.kind() == Row.Kind.DELETE) {
          appender.append(now);
        } else {
          appender.appendNull();
        }
        int decoded = Math.min(row.columns(), columns.size());
        for (int i = 0; i < columns.size(); i++) {
          // A column added since the row was decoded has no value in it.
          append(appender, columns.get(i), i < decoded ? row.values()[i] : null);
        }
        appender.endRow();
      }
    }
  }

  private static void append(DuckDBAppender appender, Column column, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      if (column.repeated()) {
        appender.append(List.of());
      } else {
        appender.appendNull();
      }
      return;
    }
    if (column.repeated()) {
      List<Object> elements = new ArrayList<>();
      for (Object element : (List<?>) value) {
        elements.add(boxed(column, element));
      }
      appender.append(elements);
      return;
    }
    switch (column.type()) {
      case INT64 -> appender.append(((Long) value).longValue());
      case FLOAT64 -> appender.append(((Double) value).doubleValue());
      case BOOL -> appender.append(((Boolean) value).booleanValue());
      case STRING, BIGNUMERIC, JSON, GEOGRAPHY -> appender.append((String) value);
      case BYTES -> appender.append((byte[]) value);
      case DATE -> appender.appendEpochDays((Integer) value);
      case TIME -> appender.appendDayMicros((Long) value);
      case DATETIME, TIMESTAMP -> appender.appendEpochMicros((Long) value);
      case NUMERIC -> appender.append((BigDecimal) value);
      case RECORD -> {
        Object[] values = (Object[]) value;
        appender.beginStruct();
        for (int i = 0; i < column.fields().size(); i++) {
          append(appender, column.fields().get(i), i < values.length ? values[i] : null);
        }
        appender.endStruct();
      }
    }
  }

  /** The form in which the appender takes an element of a list or a value of a nested struct. */
  private static Object boxed(Column column, Object value) {
    return switch (column.type()) {
      case INT64, FLOAT64, BOOL, STRING, BIGNUMERIC, JSON, GEOGRAPHY, BYTES, NUMERIC -> value;
      case DATE -> LocalDate.ofEpochDay((Integer) value);
      case TIME -> Times.ofDayMicros((Long) value);
      case DATETIME -> Times.ofMicros((Long) value);
      case TIMESTAMP -> Times.ofMicros((Long) value).atOffset(ZoneOffset.UTC);
      case RECORD -> {
        Object[] values = (Object[]) value;
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < column.fields().size(); i++) {
          Column field = column.fields().get(i);
          Object element = i < values.length ? values[i] : null;
          if (field.repeated()) {
            List<Object> elements = new ArrayList<>();
            if (element != null) {
              for (Object each : (List<?>) element) {
                elements.add(boxed(field, each));
              }
            }
            fields.put(field.name(), elements);
          } else {
            fields.put(field.name(), element == null ? null : boxed(field, element));
          }
        }
        yield fields;
      }
    };
  }
}
