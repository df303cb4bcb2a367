package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.sink.AppliedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Up to when BigQuery has applied the changes of each table, with one query for all. */
final class AppliedTables {
  private AppliedTables() {}

  /** Those that have changes; BigQuery says nothing of others. */
  static List<AppliedTable> read(BigQueryRest rest) throws InterruptedException {
    List<AppliedTable> tables = new ArrayList<>();
    rest.query(
        "INFORMATION_SCHEMA",
        "SELECT table_name, upsert_stream_apply_watermark FROM `"
            + rest.settings().project()
            + "."
            + rest.settings().dataset()
            + "`.INFORMATION_SCHEMA.TABLES WHERE upsert_stream_apply_watermark IS NOT NULL"
            + " AND NOT STARTS_WITH(table_name, '_walbeam') ORDER BY table_name",
        Map.of(),
        rows -> {
          for (TableRow row : rows) {
            tables.add(
                new AppliedTable(
                    String.valueOf(row.getF().get(0).getV()),
                    WantedKeys.number(row.getF().get(1)).orElse(0L)));
          }
        });
    return tables;
  }
}
