package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.ChangelogShapes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks BigQuery once for each changelog whether it has a primary key, and says how to move one that
 * has. Thread-safe.
 */
final class BigQueryChangelogShapes implements ChangelogShapes {
  private static final Logger log = LoggerFactory.getLogger(BigQueryChangelogShapes.class);

  private final BigQueryRest rest;
  private final BigQueryTableSink.Parts parts;
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  BigQueryChangelogShapes(BigQueryRest rest, BigQueryTableSink.Parts parts) {
    this.rest = rest;
    this.parts = parts;
  }

  @Override
  public boolean keyed(String changelog) throws InterruptedException {
    Boolean answer = known.get(changelog);
    if (answer != null) {
      return answer;
    }
    boolean keyed =
        find(changelog)
            .map(table -> !TableEvolution.primaryKey(table.getTableConstraints()).isEmpty())
            .orElse(false);
    Boolean earlier = known.putIfAbsent(changelog, keyed);
    if (earlier == null && keyed) {
      String table = rest.settings().dataset() + "." + changelog;
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

  private Optional<Table> find(String changelog) throws InterruptedException {
    try (Patience patience = new Patience(changelog, parts)) {
      while (true) {
        try {
          return rest.get(changelog);
        } catch (WalbeamException e) {
          // As where tables are made: only at the start does a missing grant end the run.
          if (e.kind() != FailureKind.OPERATOR || !parts.tables().anyReady()) {
            throw e;
          }
          patience.wait(AppendFailures.of(e));
        }
      }
    }
  }
}
