package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.TableId;
import io.walbeam.sink.OpenKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the keys of open dead letters from their view, in one query of a table. Thread-safe. */
final class OpenLetterKeys implements OpenKeys {
  /** Of a letter whose row has no key. */
  private static final String NO_KEY = "{}";

  private final BigQueryRest rest;

  OpenLetterKeys(BigQueryRest rest) {
    this.rest = rest;
  }

  @Override
  public Optional<List<String>> of(TableId table, Optional<String> errorClass, int most)
      throws InterruptedException {
    String view = OpenLetters.name(rest.settings().deadLetterTable());
    if (rest.get(view).isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    parameters.put("schema", table.schema());
    parameters.put("name", table.name());
    errorClass.ifPresent(only -> parameters.put("class", only));
    List<String> keys = new ArrayList<>();
    rest.query(
        view,
        "SELECT DISTINCT TO_JSON_STRING(key) FROM "
            + rest.settings().quoted(view)
            + " WHERE schema_name = @schema AND table_name = @name"
            + (errorClass.isPresent() ? " AND error_class = @class" : "")
            // What a history misses no dump brings.
            + " AND NOT (error_class = 'let_go' AND raw IS NOT NULL) LIMIT "
            + (most + 1),
        parameters,
        rows -> rows.forEach(row -> keys.add(text(row))));
    return keys.size() > most || keys.contains(NO_KEY) ? Optional.empty() : Optional.of(keys);
  }

  private static String text(TableRow row) {
    return row.getF().get(0).getV() instanceof String text && text.startsWith("{") ? text : NO_KEY;
  }
}
