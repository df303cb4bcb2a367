package io.walbeam.sink.bigquery;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.Verification;
import io.walbeam.sink.VerificationLog;
import java.util.List;

/** {@code _walbeam_verifications}, one keyed row for each table. Thread-safe. */
final class BigQueryVerifications implements VerificationLog {
  static final String TABLE_NAME = "_walbeam_verifications";

  private static final OwnColumn<Verification> SLOT =
      OwnColumn.key("slot", 3, Verification::slot, "Replication slot.");
  private static final OwnColumn<Verification> SCHEMA_NAME =
      OwnColumn.key("schema_name", 4, each -> each.table().schema(), "Schema of the source table.");
  private static final OwnColumn<Verification> TABLE_OF =
      OwnColumn.key("table_name", 5, each -> each.table().name(), "Name of the source table.");
  private static final OwnColumn<Verification> VERIFIED_AT =
      OwnColumn.time("verified_at", 6, Verification::atMicros, "When the comparison ended.");
  private static final OwnColumn<Verification> VERIFIED_UNTIL =
      OwnColumn.time(
          "verified_until",
          7,
          Verification::untilMicros,
          "Commit time up to which the tables were complete then.");
  private static final OwnColumn<Verification> ROWS =
      OwnColumn.int64("row_count", 8, Verification::rows, "Rows that the source had.");
  private static final OwnColumn<Verification> MISSING =
      OwnColumn.int64("missing", 9, Verification::missing, "Rows that this side lacked.");
  private static final OwnColumn<Verification> EXTRA =
      OwnColumn.int64("extra", 10, Verification::extra, "Rows that the source lacked.");
  private static final OwnColumn<Verification> CHANGED =
      OwnColumn.int64("changed", 11, Verification::changed, "Rows that differed.");
  private static final OwnColumn<Verification> UNDECIDED =
      OwnColumn.int64("undecided", 12, Verification::undecided, "Rows that kept changing.");
  private static final OwnColumn<Verification> UNKNOWN =
      OwnColumn.int64(
          "without_fingerprint", 13, Verification::unknown, "Rows that an older version wrote.");

  private static final OwnColumns<Verification> COLUMNS =
      OwnColumns.of(
          SLOT,
          SCHEMA_NAME,
          TABLE_OF,
          VERIFIED_AT,
          VERIFIED_UNTIL,
          ROWS,
          MISSING,
          EXTRA,
          CHANGED,
          UNDECIDED,
          UNKNOWN);

  private static final List<OwnColumn<Verification>> KEY = List.of(SLOT, SCHEMA_NAME, TABLE_OF);

  private static final DestinationTable TABLE =
      COLUMNS.table(TABLE_NAME, KEY, KEY, "The last comparison of each table with its source.");

  private final OwnTable<Verification> own;

  BigQueryVerifications(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.own = new OwnTable<>(TABLE, COLUMNS, sink, tables, rest);
  }

  @Override
  public List<Verification> read(String slot) throws InterruptedException {
    return own.read(slot).stream().map(BigQueryVerifications::verification).toList();
  }

  @Override
  public void write(Verification verification) throws InterruptedException {
    own.write(
        List.of(
            COLUMNS.upsert(verification, new ChangePosition(0, verification.atMicros(), 0, 0))));
  }

  private static Verification verification(OwnColumns.Cells<Verification> row) {
    return new Verification(
        row.text(SLOT),
        new TableId(row.text(SCHEMA_NAME), row.text(TABLE_OF)),
        row.number(VERIFIED_AT),
        row.number(VERIFIED_UNTIL),
        row.number(ROWS),
        row.number(MISSING),
        row.number(EXTRA),
        row.number(CHANGED),
        row.number(UNDECIDED),
        row.number(UNKNOWN));
  }
}
