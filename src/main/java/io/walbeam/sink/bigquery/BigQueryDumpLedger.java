package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code _walbeam_backfills}, one keyed row for each table of each request. Thread-safe. */
final class BigQueryDumpLedger implements DumpLedger {
  static final String TABLE_NAME = "_walbeam_backfills";

  static final DestinationTable TABLE =
      new DestinationTable(
          TABLE_NAME,
          List.of(
              key("slot", 3, "Replication slot."),
              key("request", 4, "Commit LSN of the request: the dump is complete as of it."),
              key("schema_name", 5, "Schema of the source table."),
              key("table_name", 6, "Name of the source table."),
              column("epoch", DestinationType.INT64, 7, "Raised after a failover or restore."),
              column("requested_at", DestinationType.TIMESTAMP, 8, "Commit time of the request."),
              column("kind", DestinationType.STRING, 9, "INITIAL, REQUEST or TRUNCATE."),
              column(
                  "status",
                  DestinationType.STRING,
                  10,
                  "REQUESTED, RUNNING, FINISHED, REFUSED, FAILED or SUPERSEDED."),
              column("scope", DestinationType.STRING, 11, "Part of the table that is meant."),
              column("started_at", DestinationType.TIMESTAMP, 12, "When reading began."),
              column("finished_at", DestinationType.TIMESTAMP, 13, "When it was over."),
              column("chunks_done", DestinationType.INT64, 14, "Chunks written."),
              column("chunks_total", DestinationType.INT64, 15, "Chunks, 0 if not known."),
              column("row_count", DestinationType.INT64, 16, "Rows written."),
              column("byte_count", DestinationType.INT64, 17, "Bytes read."),
              column("resume", DestinationType.STRING, 18, "Where a restart goes on."),
              column("error", DestinationType.STRING, 19, "What went wrong, and the remedy.")),
          List.of("slot", "request", "schema_name", "table_name"),
          List.of("slot", "request", "schema_name", "table_name"),
          "The dumps that walbeam was asked for, one row for each table of a request.",
          "");

  private final TableSink sink;
  private final BigQueryTables tables;
  private final BigQueryRest rest;

  BigQueryDumpLedger(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.sink = sink;
    this.tables = tables;
    this.rest = rest;
  }

  @Override
  public List<DumpEntry> read(String slot) throws InterruptedException {
    if (tables.ready(TABLE) == null && rest.get(TABLE_NAME).isEmpty()) {
      return List.of();
    }
    if (tables.ready(TABLE) == null
        && tables.prepare(TABLE) instanceof BigQueryTables.Blocked blocked) {
      throw new WalbeamException(FailureKind.OPERATOR, blocked.message(), blocked.remedy());
    }
    List<DumpEntry> entries = new ArrayList<>();
    rest.query(
        TABLE_NAME,
        "SELECT slot, epoch, request, requested_at, schema_name, table_name, kind, status, scope,"
            + " started_at, finished_at, chunks_done, chunks_total, row_count, byte_count, resume,"
            + " error FROM `"
            + rest.settings().project()
            + "."
            + rest.settings().dataset()
            + "."
            + TABLE_NAME
            + "` WHERE slot = @slot",
        Map.of("slot", slot),
        rows -> rows.forEach(row -> entries.add(entry(row))));
    entries.sort(
        Comparator.comparingLong(DumpEntry::epoch)
            .thenComparing(DumpEntry::requestLsn, Long::compareUnsigned)
            .thenComparing(entry -> entry.table().toString()));
    return entries;
  }

  @Override
  public void write(List<DumpEntry> entries, long version) throws InterruptedException {
    List<RejectedRow> rejected =
        sink.write(TABLE, entries.stream().map(entry -> encode(entry, version)).toList());
    if (!rejected.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "BigQuery refuses the row of table " + TABLE_NAME + ": " + rejected.get(0).message(),
          "Compare the table's columns with the documentation.");
    }
  }

  static EncodedRow encode(DumpEntry entry, long version) {
    RowEncoder row =
        new RowEncoder()
            .upsert(new ChangePosition(entry.epoch(), version, 0, 0).toSequenceNumber())
            .string(3, entry.slot())
            .string(4, Lsn.format(entry.requestLsn()))
            .string(5, entry.table().schema())
            .string(6, entry.table().name())
            .int64(7, entry.epoch())
            .int64(8, entry.requestCommitMicros())
            .string(9, entry.kind().name())
            .string(10, entry.status().name())
            .string(11, entry.scope());
    if (entry.startedMicros() != 0) {
      row.int64(12, entry.startedMicros());
    }
    if (entry.finishedMicros() != 0) {
      row.int64(13, entry.finishedMicros());
    }
    return row.int64(14, entry.chunksDone())
        .int64(15, entry.chunksTotal())
        .int64(16, entry.rows())
        .int64(17, entry.bytes())
        .string(18, entry.resume())
        .string(19, entry.error())
        .row();
  }

  private static DumpEntry entry(TableRow row) {
    List<TableCell> cells = row.getF();
    return new DumpEntry(
        text(cells, 0),
        number(cells, 1),
        Lsn.parse(text(cells, 2)).value(),
        number(cells, 3),
        new TableId(text(cells, 4), text(cells, 5)),
        DumpEntry.Kind.valueOf(text(cells, 6)),
        DumpEntry.Status.valueOf(text(cells, 7)),
        text(cells, 8),
        number(cells, 9),
        number(cells, 10),
        number(cells, 11),
        number(cells, 12),
        number(cells, 13),
        number(cells, 14),
        text(cells, 15),
        text(cells, 16));
  }

  private static String text(List<TableCell> cells, int index) {
    return cells.get(index).getV() instanceof String text ? text : "";
  }

  private static long number(List<TableCell> cells, int index) {
    String text = text(cells, index);
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  private static DestinationColumn key(String name, int field, String description) {
    return new DestinationColumn(name, DestinationType.STRING, field, true, description, List.of());
  }

  private static DestinationColumn column(
      String name, DestinationType type, int field, String description) {
    return new DestinationColumn(name, type, field, false, description, List.of());
  }
}
