package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.row.DestinationTable;
import java.util.Optional;

/** Finds the tables that rows go to. Changes nothing; thread-safe. */
final class TablePlaces {
  /** Where a table is, or could be. */
  sealed interface Place {}

  record Found(Table existing, String name, TableEvolution.Plan plan) implements Place {
    /** As it is to be written to, empty if it cannot be. */
    Optional<DestinationTable> table() {
      if (plan instanceof TableEvolution.Fits fits) {
        return Optional.of(fits.table());
      }
      return plan instanceof TableEvolution.Extend extend
          ? Optional.of(extend.table())
          : Optional.empty();
    }
  }

  record Free(DestinationTable table) implements Place {}

  private final BigQueryRest rest;

  TablePlaces(BigQueryRest rest) {
    this.rest = rest;
  }

  /**
   * Looks for the table whose rows have the wanted key: under its own name, else under the names
   * that follow. What is there is the only memory of which name a key has.
   */
  Place locate(DestinationTable table) throws InterruptedException {
    Optional<Place> none = Optional.empty();
    boolean hasSuccessors = table.description().startsWith(DestinationTable.CURRENT_STATE);
    for (int number = 1; ; number++) {
      DestinationTable candidate = SuccessorName.of(table, number);
      Optional<Table> existing = rest.get(candidate.name());
      if (existing.isEmpty()) {
        none = none.or(() -> Optional.of(new Free(candidate)));
        // The first may be gone while its successors are used.
        if (number > 1 || !hasSuccessors) {
          return none.orElseThrow();
        }
      } else if (!SuccessorName.isAnothers(existing.get(), table, number)) {
        Optional<TableEvolution.Another> another =
            TableOwner.other(TableOwner.of(existing.get().getDescription()), table);
        if (another.isPresent()) {
          return new Found(existing.get(), candidate.name(), another.get());
        }
        if (number == 1 && SuccessorName.isView(existing.get(), table)) {
          continue;
        }
        TableEvolution.Plan plan = TableEvolution.plan(existing.get(), candidate);
        if (plan instanceof TableEvolution.NoTable view && !hasSuccessors) {
          return new Found(existing.get(), candidate.name(), view.conflict());
        } else if (plan instanceof TableEvolution.NoTable view) {
          // A view over a successor, perhaps.
          none =
              none.or(
                  () -> Optional.of(new Found(existing.get(), candidate.name(), view.conflict())));
        } else if (!(plan instanceof TableEvolution.OtherKey other)) {
          return new Found(existing.get(), candidate.name(), plan);
        } else if (!hasSuccessors) {
          return new Found(existing.get(), candidate.name(), other.conflict());
        }
      }
    }
  }
}
