package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.row.EnvelopeField;
import io.walbeam.sink.ChangelogShapes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks BigQuery once for each changelog whether it is one with a primary key, as earlier versions
 * made them, and says how to move one that is. Thread-safe.
 */
final class BigQueryChangelogShapes implements ChangelogShapes {
  private static final Logger log = LoggerFactory.getLogger(BigQueryChangelogShapes.class);

  private final BigQuerySettings settings;
  private final TableSearch search;
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  BigQueryChangelogShapes(BigQuerySettings settings, TableSearch search) {
    this.settings = settings;
    this.search = search;
  }

  @Override
  public boolean keyed(String changelog) throws InterruptedException {
    Boolean answer = known.get(changelog);
    if (answer != null) {
      return answer;
    }
    boolean keyed =
        search
            .find(changelog)
            .filter(table -> !TableEvolution.primaryKey(table.getTableConstraints()).isEmpty())
            .filter(table -> !isAppendedTo(table))
            .isPresent();
    Boolean earlier = known.putIfAbsent(changelog, keyed);
    if (earlier == null && keyed) {
      String table = settings.dataset() + "." + changelog;
      log.warn(
          "The changelog {} has a primary key, so BigQuery reads all of it whenever it applies"
              + " changes. It goes on being written as it is. To move to one that is only appended"
              + " to: stop walbeam, keep what is there with CREATE TABLE {}_keyed AS SELECT * FROM"
              + " {}, delete it with DROP TABLE {}, and start again after ten minutes.",
          changelog,
          table,
          table,
          table);
    }
    return earlier == null ? keyed : earlier;
  }

  /**
   * Whether it has the columns of one that is only appended to. Then somebody gave it the key, and
   * rows of the earlier shape among its own would have no operation for its readers.
   */
  private static boolean isAppendedTo(Table table) {
    return table.getSchema() != null
        && table.getSchema().getFields() != null
        && table.getSchema().getFields().stream()
            .anyMatch(field -> field.getName().equalsIgnoreCase(EnvelopeField.OPERATION.label()));
  }
}
