package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableCell;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parts of a query of the rows with wanted keys. Pure. */
final class WantedKeys {
  /** Keys of one query; with 16 columns below the 10,000 parameters that BigQuery allows. */
  static final int PER_QUERY = 200;

  private WantedKeys() {}

  /** A relation of the wanted keys, numbered, bound to parameters. */
  static String rows(
      List<List<String>> keys, List<DestinationType> types, Map<String, String> parameters) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      StringBuilder row = new StringBuilder("SELECT ").append(i).append(" AS i");
      for (int column = 0; column < types.size(); column++) {
        String parameter = "k" + i + "_" + column;
        parameters.put(parameter, spelled(keys.get(i).get(column), types.get(column)));
        row.append(", ").append(typed(parameter, types.get(column))).append(" AS c").append(column);
      }
      rows.add(row.toString());
    }
    return String.join(" UNION ALL ", rows);
  }

  /** That a row of {@code t} has a key of {@code k}. */
  static String condition(DestinationTable table) {
    List<String> equal = new ArrayList<>();
    for (int column = 0; column < table.primaryKey().size(); column++) {
      equal.add("t." + quote(table.primaryKey().get(column)) + " = k.c" + column);
    }
    return String.join(" AND ", equal);
  }

  /** PostgreSQL's text as BigQuery reads it. */
  private static String spelled(String text, DestinationType type) {
    return switch (type) {
      case BOOL -> text.equals("t") ? "true" : "false";
      case BYTES -> text.startsWith("\\x") ? text.substring(2) : text;
      default -> text;
    };
  }

  private static String typed(String parameter, DestinationType type) {
    return switch (type) {
      case STRING -> "@" + parameter;
      case BYTES -> "FROM_HEX(@" + parameter + ")";
      default -> "CAST(@" + parameter + " AS " + type + ")";
    };
  }

  /** Types of the key's columns. */
  static List<DestinationType> types(DestinationTable table) {
    List<DestinationType> types = new ArrayList<>();
    for (String name : table.primaryKey()) {
      table.columns().stream()
          .filter(column -> column.name().equals(name))
          .map(DestinationColumn::type)
          .forEach(types::add);
    }
    return types;
  }

  /** The number in a cell, empty for NULL. */
  static Optional<Long> number(TableCell cell) {
    return cell.getV() instanceof String text
        ? Optional.of(Long.parseLong(text))
        : Optional.empty();
  }

  static String quote(String column) {
    return "`" + column + "`";
  }
}
