package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.TableShape;
import io.walbeam.sink.SchemaChange;
import io.walbeam.sink.SchemaChange.Done;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what was noticed of schemas, and what to do. Used by one thread at a time. */
final class SchemaNotices {
  private static final Logger log = LoggerFactory.getLogger(SchemaNotices.class);

  private final String publication;
  private final String place;

  /** Tables of which it was said that generated columns are missing. */
  private final Set<TableId> told = new HashSet<>();

  /**
   * @param publication that tables are read from
   * @param place where their rows go, as people call it
   */
  SchemaNotices(String publication, String place) {
    this.publication = publication;
    this.place = place;
  }

  /** Says once which generated columns are not replicated. */
  void generated(TableShape shape) {
    String missing =
        shape.columns().stream()
            .filter(column -> column.generated() && !column.sent())
            .map(TableShape.Column::name)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty() && told.add(shape.table())) {
      log.warn(
          "PostgreSQL does not publish the generated columns of table {}, so they are not in {}:"
              + " {}. From PostgreSQL 18 on it can those that are stored: ALTER PUBLICATION"
              + " {} SET (publish_generated_columns = stored); --generatedColumns=read looks them"
              + " up.",
          shape.table(),
          place,
          missing,
          TableId.quote(publication));
    }
  }

  /** Says what changed. */
  void say(SchemaChange change) {
    switch (change.done()) {
      case SEEN, CAPTURED -> log.debug("Table {} is known now.", change.table());
      case NOTHING -> log.info("Table {} changed: {}.", change.table(), change.change());
      case DUMP ->
          log.info(
              "Table {} changed: {}. It is dumped again, once it stays as it is.",
              change.table(),
              change.change());
      case WARNED, STOPPED ->
          log.warn(
              "Table {} changed: {}. Rows of before may differ in {} until it is dumped: backfill"
                  + " --tables={}",
              change.table(),
              change.change(),
              place,
              change.table());
    }
  }

  /** Why the run ends for changes, empty if it goes on. */
  static Optional<WalbeamException> stopped(List<SchemaChange> changes) {
    String tables =
        changes.stream()
            .filter(change -> change.done() == Done.STOPPED)
            .map(change -> change.table().toString())
            .collect(Collectors.joining(","));
    return tables.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new WalbeamException(
                FailureKind.OPERATOR,
                "The run ends as --schemaChanges=stop says: the schema of " + tables + " changed.",
                "Ask for a dump with backfill --tables="
                    + tables
                    + " if rows of before shall be as they are now, and start again."));
  }
}
