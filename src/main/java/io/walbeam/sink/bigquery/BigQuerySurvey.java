package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DatasetSurvey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks a dataset over without changing it. */
final class BigQuerySurvey {
  private static final String KEYS =
      "SELECT t.table_name, k.column_name FROM `%1$s`.INFORMATION_SCHEMA.TABLES t"
          + " LEFT JOIN `%1$s`.INFORMATION_SCHEMA.KEY_COLUMN_USAGE k"
          + " ON k.table_name = t.table_name AND ENDS_WITH(k.constraint_name, 'pk$')"
          + " WHERE t.table_type = 'BASE TABLE' ORDER BY t.table_name, k.ordinal_position";

  private static final String REQUIRED =
      "SELECT table_name, column_name FROM `%s`.INFORMATION_SCHEMA.COLUMNS"
          + " WHERE is_nullable = 'NO' ORDER BY table_name, ordinal_position";

  /** One row a table: of many small ones BigQuery would make many pages. */
  private static final String TYPES =
      "SELECT table_name, STRING_AGG(CONCAT(column_name, ':', data_type), '|')"
          + " FROM `%s`.INFORMATION_SCHEMA.COLUMNS"
          + " WHERE NOT STARTS_WITH(column_name, '_walbeam') GROUP BY table_name";

  private BigQuerySurvey() {}

  /**
   * Reads what is there.
   *
   * @throws WalbeamException if the dataset is missing, forbidden or cannot be reached
   */
  static DatasetSurvey take(BigQueryRest rest) throws InterruptedException {
    Dataset dataset = rest.verifyDataset();
    Map<String, List<String>> keys = new TreeMap<>();
    Map<String, List<String>> required = new TreeMap<>();
    Map<String, Map<String, String>> types = new TreeMap<>();
    Optional<WalbeamException> refused = Optional.empty();
    try {
      keys.putAll(columns(rest, KEYS));
      required.putAll(columns(rest, REQUIRED));
      columns(rest, TYPES).forEach((table, all) -> types.put(table, types(all)));
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.OPERATOR) {
        throw e;
      }
      refused = Optional.of(e);
    }
    required.replaceAll(
        (table, columns) -> {
          List<String> key = keys.getOrDefault(table, List.of());
          return columns.stream().filter(column -> !key.contains(column)).toList();
        });
    required.values().removeIf(List::isEmpty);
    return new DatasetSurvey(
        Optional.ofNullable(dataset.getLocation()).orElse(""),
        Optional.ofNullable(dataset.getDefaultTableExpirationMs()),
        keys,
        required,
        types,
        rest.missingPermissions(BigQueryStateStore.TABLE_NAME),
        refused);
  }

  private static Map<String, String> types(List<String> joined) {
    Map<String, String> types = new TreeMap<>();
    for (String all : joined) {
      for (String column : all.split("[|]", -1)) {
        int colon = column.indexOf(':');
        types.put(column.substring(0, colon), column.substring(colon + 1));
      }
    }
    return types;
  }

  /** Columns by table, in the query's order; a table without one is there too. */
  private static Map<String, List<String>> columns(BigQueryRest rest, String sql)
      throws InterruptedException {
    Map<String, List<String>> columns = new TreeMap<>();
    String dataset = rest.settings().project() + "." + rest.settings().dataset();
    rest.query(
        "INFORMATION_SCHEMA",
        sql.formatted(dataset),
        Map.of(),
        rows -> {
          for (TableRow row : rows) {
            List<String> known =
                columns.computeIfAbsent(
                    String.valueOf(row.getF().get(0).getV()), any -> new ArrayList<>());
            if (row.getF().get(1).getV() instanceof String column) {
              known.add(column);
            }
          }
        });
    return columns;
  }
}
