package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.TableId;
import io.walbeam.sink.DeadLetterCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Counts open dead letters by table and class, in one query that reads a few small columns. */
final class BigQueryDeadLetterCounts {
  /** More classes and tables than a person looks at. */
  private static final int MOST = 1_000;

  private BigQueryDeadLetterCounts() {}

  /** Those that are open, the most numerous first; empty if there is no such table. */
  static List<DeadLetterCount> read(BigQueryRest rest) throws InterruptedException {
    String table = rest.settings().deadLetterTable();
    String view = OpenLetters.name(table);
    if (rest.get(table).isEmpty()) {
      return List.of();
    }
    // Letters of an earlier version have no view until the next one is written.
    String from = rest.get(view).isPresent() ? view : table;
    List<DeadLetterCount> counts = new ArrayList<>();
    rest.query(
        from,
        "SELECT schema_name, table_name, error_class, COUNT(*) AS letters, MAX(failed_at) AS last"
            + " FROM "
            + rest.settings().quoted(from)
            + " GROUP BY schema_name, table_name, error_class ORDER BY letters DESC LIMIT "
            + MOST,
        Map.of(),
        rows -> rows.forEach(row -> counts.add(count(row))));
    return counts;
  }

  private static DeadLetterCount count(TableRow row) {
    List<TableCell> cells = row.getF();
    return new DeadLetterCount(
        new TableId(text(cells, 0), text(cells, 1)),
        text(cells, 2),
        number(cells, 3),
        number(cells, 4));
  }

  private static String text(List<TableCell> cells, int index) {
    return cells.get(index).getV() instanceof String text ? text : "";
  }

  private static long number(List<TableCell> cells, int index) {
    String text = text(cells, index);
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }
}
