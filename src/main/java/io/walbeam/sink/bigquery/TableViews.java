package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationView;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the views that show a table's rows once each. Rows do not wait for a view: one that cannot
 * be made is a warning. A view that is there is its owner's affair. Thread-safe.
 */
final class TableViews {
  private static final Logger log = LoggerFactory.getLogger(TableViews.class);

  private final BigQueryRest rest;

  TableViews(BigQueryRest rest) {
    this.rest = rest;
  }

  /** Makes the view of a table that exists, if it has one and lacks it. */
  void make(DestinationTable table) throws InterruptedException {
    if (table.view().isEmpty()) {
      return;
    }
    DestinationView view = table.view().get();
    try {
      Optional<Table> existing = rest.get(view.name());
      if (existing.isEmpty()) {
        if (rest.insert(view.name(), TableDefinitions.of(view, table, rest.settings()))) {
          log.info("Created view {}.", view.name());
        }
      } else if (!"VIEW".equals(existing.get().getType())) {
        log.warn(
            "{} is no view, so nothing shows the rows of {} once each. Rename it, or read {} with"
                + " {}.",
            view.name(),
            table.name(),
            table.name(),
            TableDefinitions.once(view));
      }
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.OPERATOR) {
        throw e;
      }
      log.warn("The view {} of table {} is not there. {}", view.name(), table.name(), e.describe());
    }
  }
}
