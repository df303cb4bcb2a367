package io.walbeam.sink.bigquery;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.SchemaChange;
import io.walbeam.sink.SchemaChangeLog;
import io.walbeam.sink.TableSink;
import java.util.List;

/** {@code _walbeam_schema_changes}, one keyed row for each table of each look. Thread-safe. */
final class BigQuerySchemaChanges implements SchemaChangeLog {
  static final String TABLE_NAME = "_walbeam_schema_changes";

  private static final OwnColumn<SchemaChange> SLOT =
      OwnColumn.key("slot", 3, SchemaChange::slot, "Replication slot.");
  private static final OwnColumn<SchemaChange> POSITION =
      OwnColumn.key(
          "position",
          4,
          change -> Lsn.format(change.position()),
          "End of the WAL when the change was noticed; of a statement its own place.");
  private static final OwnColumn<SchemaChange> SCHEMA_NAME =
      OwnColumn.key(
          "schema_name", 5, change -> change.table().schema(), "Schema of the source table.");
  private static final OwnColumn<SchemaChange> TABLE_OF =
      OwnColumn.key("table_name", 6, change -> change.table().name(), "Name of the source table.");
  private static final OwnColumn<SchemaChange> EPOCH =
      OwnColumn.int64("epoch", 7, SchemaChange::epoch, "Raised after a failover or restore.");
  private static final OwnColumn<SchemaChange> NOTICED_AT =
      OwnColumn.time("noticed_at", 8, SchemaChange::noticedMicros, "When the change was noticed.");
  private static final OwnColumn<SchemaChange> CHANGE =
      OwnColumn.text("change", 9, SchemaChange::change, "What changed, in words.");
  private static final OwnColumn<SchemaChange> DONE =
      OwnColumn.text(
          "done",
          10,
          change -> change.done().name(),
          "What came of it: SEEN (first), NOTHING, DUMP, WARNED or STOPPED; CAPTURED if it is only"
              + " told.");
  private static final OwnColumn<SchemaChange> BEFORE =
      OwnColumn.text("before", 11, SchemaChange::before, "The table before, as JSON.");
  private static final OwnColumn<SchemaChange> AFTER =
      OwnColumn.text("after", 12, SchemaChange::after, "The table after, as JSON.");

  private static final OwnColumn<SchemaChange> STATEMENT =
      OwnColumn.text(
          "statement", 13, SchemaChange::statement, "The statement, if an event trigger told it.");

  private static final OwnColumns<SchemaChange> COLUMNS =
      OwnColumns.of(
          SLOT,
          POSITION,
          SCHEMA_NAME,
          TABLE_OF,
          EPOCH,
          NOTICED_AT,
          CHANGE,
          DONE,
          BEFORE,
          AFTER,
          STATEMENT);

  private static final List<OwnColumn<SchemaChange>> KEY =
      List.of(SLOT, POSITION, SCHEMA_NAME, TABLE_OF);

  private static final DestinationTable TABLE =
      COLUMNS.table(
          TABLE_NAME, KEY, KEY, "Schema changes of source tables, and what came of them.");

  private final OwnTable<SchemaChange> own;

  BigQuerySchemaChanges(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.own = new OwnTable<>(TABLE, COLUMNS, sink, tables, rest);
  }

  @Override
  public List<SchemaChange> read(String slot) throws InterruptedException {
    return own.read(slot).stream()
        .map(BigQuerySchemaChanges::change)
        .sorted(SchemaChange.OLDEST_FIRST)
        .toList();
  }

  @Override
  public void write(List<SchemaChange> changes, long version) throws InterruptedException {
    own.write(changes.stream().map(change -> encode(change, version)).toList());
  }

  private static EncodedRow encode(SchemaChange change, long version) {
    return COLUMNS.upsert(change, new ChangePosition(change.epoch(), version, 0, 0));
  }

  private static SchemaChange change(OwnColumns.Cells<SchemaChange> row) {
    return new SchemaChange(
        row.text(SLOT),
        row.number(EPOCH),
        Lsn.parse(row.text(POSITION)).value(),
        row.number(NOTICED_AT),
        new TableId(row.text(SCHEMA_NAME), row.text(TABLE_OF)),
        row.text(BEFORE),
        row.text(AFTER),
        row.text(CHANGE),
        row.text(STATEMENT),
        SchemaChange.Done.valueOf(row.text(DONE)));
  }
}
