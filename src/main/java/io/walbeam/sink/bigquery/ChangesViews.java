package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.ViewDefinition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.ChangesView;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.DestinationTable;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the views that show each change of a changelog once, with the context of its transaction.
 * Rows do not wait for a view: one that cannot be made is a warning. A view that is there is its
 * owner's affair. Thread-safe.
 */
final class ChangesViews {
  private static final Logger log = LoggerFactory.getLogger(ChangesViews.class);

  private final BigQueryRest rest;

  ChangesViews(BigQueryRest rest) {
    this.rest = rest;
  }

  /** Makes the view of a changelog that exists, as does the table of contexts. */
  void make(ChangesView view, DestinationTable changelog) throws InterruptedException {
    try {
      Optional<Table> existing = rest.get(view.name());
      if (existing.isEmpty()) {
        if (rest.insert(view.name(), resource(view, changelog, rest.settings()))) {
          log.info("Created view {}.", view.name());
        }
      } else if (!"VIEW".equals(existing.get().getType())) {
        log.warn(
            "{} is no view, so nothing shows the changes of {} once each. Rename it and start"
                + " again, or query: {}",
            view.name(),
            changelog.name(),
            sql(changelog, rest.settings()));
      }
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.OPERATOR) {
        throw e;
      }
      log.warn(
          "The view {} of table {} is not there. {}", view.name(), changelog.name(), e.describe());
    }
  }

  private static Table resource(
      ChangesView view, DestinationTable changelog, BigQuerySettings settings) {
    return new Table()
        .setTableReference(TableDefinitions.reference(view.name(), settings))
        .setDescription(
            TableDefinitions.cut(view.description(), TableDefinitions.MOST_TABLE_DESCRIPTION))
        .setView(new ViewDefinition().setQuery(sql(changelog, settings)).setUseLegacySql(false));
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
            quoted(changelog.name(), settings),
            quoted(ContextMapping.DESTINATION.name(), settings),
            ContextMapping.COMMIT_POSITION_LENGTH);
  }

  private static String quoted(String table, BigQuerySettings settings) {
    return "`" + settings.project() + "." + settings.dataset() + "." + table + "`";
  }
}
