package io.walbeam.local.standin.sql;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.ColumnType;
import java.util.ArrayList;
import java.util.List;

/** The type of a result column, read from DuckDB's name for it. */
public record ResultType(String name, ColumnType type, boolean repeated, List<ResultType> fields) {

  static ResultType parse(String name, String duckType) {
    return new Parser(duckType).type(name);
  }

  /** The same shape for a column of the catalogue. */
  static ResultType of(Column column) {
    return new ResultType(
        column.name(),
        column.type(),
        column.repeated(),
        column.fields().stream().map(ResultType::of).toList());
  }

  public ObjectNode schema() {
    ObjectNode field = Json.object();
    field.put("name", name);
    field.put("type", type.restName());
    field.put("mode", repeated ? "REPEATED" : "NULLABLE");
    if (!fields.isEmpty()) {
      ArrayNode nested = field.putArray("fields");
      fields.forEach(each -> nested.add(each.schema()));
    }
    return field;
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    ResultType type(String name) {
      List<ResultType> fields = new ArrayList<>();
      ColumnType type;
      if (text.startsWith("STRUCT(", at)) {
        at += "STRUCT(".length();
        do {
          String field = fieldName();
          fields.add(type(field));
        } while (text.startsWith(", ", at) && (at += 2) > 0);
        at++; // closing parenthesis
        type = ColumnType.RECORD;
      } else {
        int start = at;
        int depth = 0;
        while (at < text.length()) {
          char c = text.charAt(at);
          if (depth == 0 && (c == ',' || c == ')' || c == '[')) {
            break;
          }
          depth += c == '(' ? 1 : c == ')' ? -1 : 0;
          at++;
        }
        type = scalar(text.substring(start, at));
      }
      boolean repeated = false;
      while (at < text.length() && text.charAt(at) == '[') {
        at = text.indexOf(']', at) + 1;
        repeated = true;
      }
      return new ResultType(name, type, repeated, List.copyOf(fields));
    }

    private String fieldName() {
      if (text.charAt(at) != '"') {
        int end = text.indexOf(' ', at);
        String name = text.substring(at, end);
        at = end + 1;
        return name;
      }
      StringBuilder name = new StringBuilder();
      at++;
      while (true) {
        char c = text.charAt(at++);
        if (c == '"') {
          if (text.charAt(at) != '"') {
            at++;
            return name.toString();
          }
          at++;
        }
        name.append(c);
      }
    }

    private static ColumnType scalar(String duck) {
      if (duck.startsWith("DECIMAL")) {
        return ColumnType.NUMERIC;
      }
      return switch (duck) {
        case "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT" ->
            ColumnType.INT64;
        case "FLOAT", "DOUBLE" -> ColumnType.FLOAT64;
        case "BOOLEAN" -> ColumnType.BOOL;
        case "BLOB" -> ColumnType.BYTES;
        case "DATE" -> ColumnType.DATE;
        case "TIME" -> ColumnType.TIME;
        case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" -> ColumnType.DATETIME;
        case "TIMESTAMP WITH TIME ZONE" -> ColumnType.TIMESTAMP;
        case "JSON" -> ColumnType.JSON;
        default -> ColumnType.STRING;
      };
    }
  }
}
