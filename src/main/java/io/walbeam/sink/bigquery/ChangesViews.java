package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.ViewDefinition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.ChangesView;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.HistoryView;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the views that show each change of a changelog once, with the context of its transaction,
 * those of the versions of rows, and the one of open dead letters. Rows do not wait for a view: one
 * that cannot be made is a warning. A view that is there is its owner's affair, unless it says
 * otherwise. Thread-safe.
 */
final class ChangesViews {
  private static final Logger log = LoggerFactory.getLogger(ChangesViews.class);

  private final BigQueryRest rest;

  ChangesViews(BigQueryRest rest) {
    this.rest = rest;
  }

  /** Makes the view of a changelog that exists, as does the table of contexts. */
  void make(ChangesView view, DestinationTable changelog) throws InterruptedException {
    make(view.name(), view.description(), changelog.name(), sql(changelog, rest.settings()));
    if (view.history().isPresent()) {
      HistoryView history = view.history().get();
      make(
          history.name(),
          history.description(),
          changelog.name(),
          HistorySql.sql(history, view, changelog, rest.settings()));
    }
  }

  /** Makes the view of open dead letters; their table exists, as does the ledger. */
  void makeOpenLetters() throws InterruptedException {
    String letters = rest.settings().deadLetterTable();
    make(
        OpenLetters.name(letters),
        OpenLetters.DESCRIPTION,
        letters,
        OpenLetters.sql(rest.settings()));
  }

  private void make(String name, String description, String table, String sql)
      throws InterruptedException {
    try {
      Optional<Table> existing = rest.get(name);
      if (existing.isEmpty()) {
        if (rest.insert(name, resource(name, description, sql))) {
          log.info("Created view {}.", name);
        }
      } else if (!"VIEW".equals(existing.get().getType())) {
        log.warn(
            "{} is no view, so nothing shows what it would of {}. Rename it and start again, or"
                + " query: {}",
            name,
            table,
            sql);
      } else {
        follow(existing.get(), sql);
      }
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.OPERATOR) {
        throw e;
      }
      log.warn("The view {} of table {} is not there. {}", name, table, e.describe());
    }
  }

  /** Gives a view that is still walbeam's its query of today. */
  private void follow(Table existing, String sql) throws InterruptedException {
    String before = existing.getView() == null ? null : existing.getView().getQuery();
    if (before != null && before.startsWith(HistorySql.MARK) && !before.equals(sql)) {
      String name = existing.getTableReference().getTableId();
      Table patch = new Table().setView(new ViewDefinition().setQuery(sql).setUseLegacySql(false));
      if (rest.patch(name, patch, existing.getEtag())) {
        log.info("View {} has the columns of its table now.", name);
      }
    }
  }

  private Table resource(String name, String description, String sql) {
    return new Table()
        .setTableReference(TableDefinitions.reference(name, rest.settings()))
        .setDescription(TableDefinitions.cut(description, TableDefinitions.MOST_TABLE_DESCRIPTION))
        .setView(new ViewDefinition().setQuery(sql).setUseLegacySql(false));
  }

  /**
   * Of the rows that tell the same change one, with what was said last before it in its
   * transaction, else first after it. It is partitioned by the commit time too, so that a filter on
   * that reaches the table's partitions.
   */
  static String sql(DestinationTable changelog, BigQuerySettings settings) {
    return """
    SELECT `change`.* REPLACE (IFNULL(`change`.`context`, `said`.`content`) AS `context`)
    FROM %s AS `change`
    LEFT JOIN %s AS `said`
    ON `said`.`database` = `change`.`database`
    AND `said`.`commit_time` = `change`.`commit_time`
    AND `said`.`commit_position` = SUBSTR(`change`.`position`, 1, %d)
    QUALIFY ROW_NUMBER() OVER (
      PARTITION BY `change`.`commit_time`, `change`.`position`
      ORDER BY `said`.`position` <= `change`.`position` DESC,
        IF(`said`.`position` <= `change`.`position`, `said`.`position`, NULL) DESC,
        `said`.`position`) = 1\
    """
        .formatted(
            settings.quoted(changelog.name()),
            settings.quoted(ContextMapping.DESTINATION.name()),
            ContextMapping.COMMIT_POSITION_LENGTH);
  }
}
