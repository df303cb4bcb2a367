package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.ViewDefinition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.Successors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tables under the names of {@link SuccessorName}, and the views that follow the older ones.
 * Thread-safe.
 */
final class BigQuerySuccessors implements Successors {
  private final BigQueryRest rest;
  private final TablePlaces places;

  BigQuerySuccessors(BigQueryRest rest) {
    this.rest = rest;
    this.places = new TablePlaces(rest);
  }

  @Override
  public Optional<String> unfinished(DestinationTable table) throws InterruptedException {
    Optional<String> name = successor(table);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    boolean shown =
        rest.get(table.name())
            .filter(there -> SuccessorName.isView(there, table))
            .map(there -> there.getView().getQuery())
            .filter(sql(name.get())::equals)
            .isPresent();
    return shown ? Optional.empty() : name;
  }

  @Override
  public List<String> finish(DestinationTable table) throws InterruptedException {
    Optional<String> newer = unfinished(table);
    if (newer.isEmpty()) {
      return List.of();
    }
    Table view = view(table, newer.get());
    List<String> done = new ArrayList<>();
    Optional<Table> existing = rest.get(table.name());
    if (existing.isPresent() && SuccessorName.isView(existing.get(), table)) {
      Table patch = new Table().setView(view.getView()).setDescription(view.getDescription());
      if (!rest.patch(table.name(), patch, existing.get().getEtag())) {
        throw changed(table);
      }
      done.add("The view " + table.name() + " shows " + newer.get() + " now.");
      return done;
    }
    if (existing.isPresent()) {
      requireOurs(existing.get(), table);
      rest.delete(table.name());
      done.add("Dropped the old table " + table.name() + ".");
    }
    if (!rest.insert(table.name(), view)) {
      throw changed(table);
    }
    done.add("The view " + table.name() + " shows " + newer.get() + ".");
    return done;
  }

  /** Where rows go, if that is not under the table's own name. */
  private Optional<String> successor(DestinationTable table) throws InterruptedException {
    return places.locate(table) instanceof TablePlaces.Found found
        ? found.table().map(DestinationTable::name).filter(name -> !name.equals(table.name()))
        : Optional.empty();
  }

  /** Only what says that it is the source table's is dropped. */
  private void requireOurs(Table existing, DestinationTable table) {
    boolean ours =
        "TABLE".equals(existing.getType())
            && existing.getDescription() != null
            && existing.getDescription().startsWith(table.description());
    if (!ours) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "What is called "
              + table.name()
              + " in BigQuery does not say that walbeam made it for this table, so it stays.",
          "Rename or drop it, and finish again.");
    }
  }

  private static WalbeamException changed(DestinationTable table) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "Somebody else changed " + table.name() + " in BigQuery meanwhile.",
        "Finish again.");
  }

  private Table view(DestinationTable table, String newer) {
    return new Table()
        .setTableReference(TableDefinitions.reference(table.name(), rest.settings()))
        .setDescription(
            TableDefinitions.cut(
                table.description() + SuccessorName.VIEW + newer + ".",
                TableDefinitions.MOST_TABLE_DESCRIPTION))
        .setView(new ViewDefinition().setQuery(sql(newer)).setUseLegacySql(false));
  }

  private String sql(String newer) {
    return "SELECT * FROM " + rest.settings().quoted(newer);
  }
}
