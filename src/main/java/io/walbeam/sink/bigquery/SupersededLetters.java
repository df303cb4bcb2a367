package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.TableId;
import io.walbeam.row.DestinationType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open dead letters of a table whose row has a later image in BigQuery: they are about
 * the past. Of a row that is not there nothing is said, because it may be missing for the letter's
 * sake.
 */
final class SupersededLetters {
  private final BigQueryRest rest;

  SupersededLetters(BigQueryRest rest) {
    this.rest = rest;
  }

  /**
   * One query that reads the key and {@code _walbeam} of the table.
   *
   * @param destination name of the table with the current state
   * @return numbers by error class; empty if there is no such table, or its key cannot be compared
   *     with the texts of letters
   */
  Map<String, Long> count(TableId source, String destination) throws InterruptedException {
    String letters = rest.settings().deadLetterTable();
    Optional<Table> current = current(source, destination);
    if (current.isEmpty() || rest.get(OpenLetters.name(letters)).isEmpty()) {
      return Map.of();
    }
    Optional<String> sameKey = sameKey(current.get());
    if (sameKey.isEmpty()) {
      return Map.of();
    }
    Map<String, Long> counts = new HashMap<>();
    String name = current.get().getTableReference().getTableId();
    rest.query(
        name,
        "SELECT l.error_class, COUNT(*) FROM "
            + rest.settings().quoted(OpenLetters.name(letters))
            + " AS l JOIN "
            + rest.settings().quoted(name)
            + " AS t ON "
            + sameKey.get()
            + " WHERE l.schema_name = @schema AND l.table_name = @name"
            // What a history misses no image of the present brings.
            + " AND NOT (l.error_class = 'let_go' AND l.raw IS NOT NULL) AND ("
            + isLater("epoch", isLater("commit_lsn", isLater("change_lsn", "t._walbeam.n > l.n")))
            + ") GROUP BY l.error_class",
        Map.of("schema", source.schema(), "name", source.name()),
        rows -> rows.forEach(row -> add(row, counts)));
    return counts;
  }

  /** The last of the tables that follow one another by that name. */
  private Optional<Table> current(TableId source, String destination) throws InterruptedException {
    Optional<Table> last = Optional.empty();
    for (int number = 1; ; number++) {
      Optional<Table> next = rest.get(SuccessorName.of(destination, number));
      if (next.isEmpty()) {
        return last;
      }
      if (TableOwner.of(next.get().getDescription()).filter(source.quoted()::equals).isPresent()) {
        last = next;
      }
    }
  }

  private static Optional<String> sameKey(Table table) {
    if (table.getTableConstraints() == null
        || table.getTableConstraints().getPrimaryKey() == null) {
      return Optional.empty();
    }
    List<String> equal = new ArrayList<>();
    for (String column : table.getTableConstraints().getPrimaryKey().getColumns()) {
      Optional<String> same =
          table.getSchema().getFields().stream()
              .filter(field -> field.getName().equals(column))
              .findFirst()
              .flatMap(SupersededLetters::same);
      if (same.isEmpty()) {
        return Optional.empty();
      }
      equal.add(same.get());
    }
    return equal.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", equal));
  }

  private static Optional<String> same(TableFieldSchema field) {
    String source = ColumnResolution.source(field).orElse(field.getName());
    @Nullable DestinationType type = RestTypes.type(field.getType());
    if (type == null
        || source.chars().anyMatch(each -> each == '"' || each == '\'' || each == '\\')) {
      return Optional.empty();
    }
    String text = "JSON_VALUE(l.key, '$.\"" + source + "\"')";
    String column = "t.`" + field.getName() + "` = ";
    return switch (type) {
      case STRING -> Optional.of(column + text);
      case BOOL -> Optional.of(column + "(" + text + " = 't')");
      case INT64, FLOAT64, NUMERIC, BIGNUMERIC, DATE, TIME, DATETIME, TIMESTAMP ->
          Optional.of(column + "SAFE_CAST(" + text + " AS " + type + ")");
      case BYTES, JSON, STRUCT -> Optional.empty();
    };
  }

  private static String isLater(String part, String ifEqual) {
    String of = "t._walbeam." + part;
    String than = "l." + part;
    return of + " > " + than + " OR (" + of + " = " + than + " AND (" + ifEqual + "))";
  }

  private static void add(TableRow row, Map<String, Long> counts) {
    if (row.getF().get(0).getV() instanceof String errorClass
        && row.getF().get(1).getV() instanceof String count) {
      counts.put(errorClass, Long.parseLong(count));
    }
  }
}
