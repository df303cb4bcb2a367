package io.walbeam.local.standin.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.store.ColumnType;
import io.walbeam.local.standin.store.Store;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Query parameters of a request: each becomes an SQL fragment whose scalars are bound as text. */
final class QueryParameters implements SqlTranslator.Parameters {
  private final JsonNode parameters;
  private final List<@Nullable String> bound = new ArrayList<>();
  private int next;

  QueryParameters(JsonNode parameters) {
    this.parameters = parameters;
  }

  @Override
  public String named(String name) {
    for (JsonNode parameter : parameters) {
      if (parameter.path("name").asText("").equalsIgnoreCase(name)) {
        return fragment(parameter.path("parameterType"), parameter.path("parameterValue"));
      }
    }
    throw RestFailure.invalidQuery("Query parameter '" + name + "' not found");
  }

  @Override
  public String positional() {
    JsonNode parameter = parameters.path(next++);
    if (parameter.isMissingNode()) {
      throw RestFailure.invalidQuery("Query has more positional parameters than were given");
    }
    return fragment(parameter.path("parameterType"), parameter.path("parameterValue"));
  }

  void bind(PreparedStatement statement) throws SQLException {
    for (int i = 0; i < bound.size(); i++) {
      statement.setString(i + 1, bound.get(i));
    }
  }

  private String fragment(JsonNode type, JsonNode value) {
    String name = type.path("type").asText("");
    switch (name) {
      case "ARRAY" -> {
        List<String> elements = new ArrayList<>();
        for (JsonNode element : value.path("arrayValues")) {
          elements.add(fragment(type.path("arrayType"), element));
        }
        return "CAST(list_value(" + String.join(", ", elements) + ") AS " + duckType(type) + ")";
      }
      case "STRUCT" -> {
        List<String> fields = new ArrayList<>();
        for (JsonNode field : type.path("structTypes")) {
          String fieldName = field.path("name").asText("");
          fields.add(
              Store.quote(fieldName)
                  + " := "
                  + fragment(field.path("type"), value.path("structValues").path(fieldName)));
        }
        return "struct_pack(" + String.join(", ", fields) + ")";
      }
      default -> {
        JsonNode scalar = value.path("value");
        bound.add(scalar.isMissingNode() || scalar.isNull() ? null : scalar.asText());
        return name.equals("BYTES") ? "from_base64(?)" : "CAST(? AS " + duckType(type) + ")";
      }
    }
  }

  private static String duckType(JsonNode type) {
    String name = type.path("type").asText("");
    if (name.equals("ARRAY")) {
      return duckType(type.path("arrayType")) + "[]";
    }
    if (name.equals("STRUCT")) {
      List<String> fields = new ArrayList<>();
      for (JsonNode field : type.path("structTypes")) {
        fields.add(Store.quote(field.path("name").asText("")) + " " + duckType(field.path("type")));
      }
      return "STRUCT(" + String.join(", ", fields) + ")";
    }
    ColumnType known = ColumnType.parse(name);
    if (known == null) {
      throw RestFailure.invalid("Query parameter type " + name + " is not supported here");
    }
    return known == ColumnType.BIGNUMERIC ? ColumnType.NUMERIC.duckName() : known.duckName();
  }
}
