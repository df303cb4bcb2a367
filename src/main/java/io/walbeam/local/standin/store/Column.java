package io.walbeam.local.standin.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.RestFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One column or nested field of a table, parsed from its REST form.
 *
 * @param maxLength largest number of characters or bytes, 0 for no limit
 * @param precision decimal digits of a parameterised NUMERIC or BIGNUMERIC, 0 for the type's own
 * @param defaultExpression GoogleSQL of the default value, empty for none
 */
public record Column(
    String name,
    ColumnType type,
    Mode mode,
    List<Column> fields,
    int maxLength,
    int precision,
    int scale,
    String defaultExpression) {

  public enum Mode {
    NULLABLE,
    REQUIRED,
    REPEATED
  }

  static List<Column> parseAll(JsonNode fields) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode field : fields) {
      columns.add(parse(field));
    }
    return List.copyOf(columns);
  }

  private static Column parse(JsonNode field) {
    String name = field.path("name").asText("");
    ColumnType type = ColumnType.parse(field.path("type").asText(""));
    if (type == null) {
      throw RestFailure.invalid(
          "Invalid value for type: " + field.path("type").asText("") + " is not a valid value");
    }
    Mode mode;
    try {
      mode = Mode.valueOf(field.path("mode").asText("NULLABLE").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw RestFailure.invalid("Invalid value for mode of field " + name);
    }
    if (type == ColumnType.RECORD && field.path("fields").isEmpty()) {
      throw RestFailure.invalid("Field " + name + " is type RECORD but has no schema");
    }
    return new Column(
        name,
        type,
        mode,
        parseAll(field.path("fields")),
        field.path("maxLength").asInt(0),
        field.path("precision").asInt(0),
        field.path("scale").asInt(0),
        field.path("defaultValueExpression").asText(""));
  }

  public boolean required() {
    return mode == Mode.REQUIRED;
  }

  public boolean repeated() {
    return mode == Mode.REPEATED;
  }

  /** The type of the DuckDB column that holds it. */
  public String duckType() {
    String element = type.duckName();
    if (type == ColumnType.RECORD) {
      List<String> parts = new ArrayList<>();
      for (Column field : fields) {
        parts.add(Store.quote(field.name) + " " + field.duckType());
      }
      element = "STRUCT(" + String.join(", ", parts) + ")";
    }
    return repeated() ? element + "[]" : element;
  }

  /** Gives every field of a REST schema its type's REST name and a mode, as BigQuery answers. */
  static void normalise(JsonNode fields) {
    for (JsonNode node : fields) {
      if (node instanceof ObjectNode field) {
        ColumnType type = ColumnType.parse(field.path("type").asText(""));
        if (type != null) {
          field.put("type", type.restName());
        }
        if (!field.hasNonNull("mode")) {
          field.put("mode", Mode.NULLABLE.name());
        }
        if (field.path("fields") instanceof ArrayNode nested) {
          normalise(nested);
        }
      }
    }
  }
}
