package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.Optional;

/** Looks tables up before they are written to, as patiently as they are written. Thread-safe. */
final class TableSearch {
  private final BigQueryRest rest;
  private final SinkParts parts;

  TableSearch(BigQueryRest rest, SinkParts parts) {
    this.rest = rest;
    this.parts = parts;
  }

  /**
   * The table as it is, or empty if it does not exist, or is let go before anybody may look at it.
   *
   * @throws WalbeamException of kind OPERATOR if the dataset is missing or forbidden before any
   *     table was ever prepared, TRANSIENT if the sink is closed meanwhile
   */
  Optional<Table> find(String table) throws InterruptedException {
    try (AppendRetry retry = new AppendRetry(table, parts)) {
      while (true) {
        try {
          return rest.get(table);
        } catch (WalbeamException e) {
          // As where tables are made: only at the start does a missing grant end the run.
          if (e.kind() != FailureKind.OPERATOR || !parts.tables().anyReady()) {
            throw e;
          }
          if (!retry.wait(AppendFailures.of(e))) {
            return Optional.empty();
          }
        }
      }
    }
  }
}
