package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
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

  private BigQuerySurvey() {}

  /**
   * Reads what is there.
   *
   * @throws io.walbeam.failure.WalbeamException if the dataset is missing, forbidden or cannot be
   *     reached
   */
  static DatasetSurvey take(BigQueryRest rest) throws InterruptedException {
    Dataset dataset = rest.verifyDataset();
    Map<String, List<String>> keys = new TreeMap<>();
    String name = rest.settings().project() + "." + rest.settings().dataset();
    rest.query(
        "INFORMATION_SCHEMA",
        KEYS.formatted(name),
        Map.of(),
        rows -> {
          for (TableRow row : rows) {
            List<TableCell> cells = row.getF();
            List<String> key =
                keys.computeIfAbsent(String.valueOf(cells.get(0).getV()), any -> new ArrayList<>());
            if (cells.get(1).getV() instanceof String column) {
              key.add(column);
            }
          }
        });
    return new DatasetSurvey(
        Optional.ofNullable(dataset.getLocation()).orElse(""),
        Optional.ofNullable(dataset.getDefaultTableExpirationMs()),
        keys,
        keys.containsKey(BigQueryStateStore.TABLE_NAME)
            ? rest.missingPermissions(BigQueryStateStore.TABLE_NAME)
            : Optional.empty());
  }
}
