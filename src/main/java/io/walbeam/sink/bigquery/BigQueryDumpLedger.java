package io.walbeam.sink.bigquery;

import static io.walbeam.sink.bigquery.OwnTable.column;
import static io.walbeam.sink.bigquery.OwnTable.key;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;

/** {@code _walbeam_backfills}, one keyed row for each table of each request. Thread-safe. */
final class BigQueryDumpLedger implements DumpLedger {
  static final String TABLE_NAME = "_walbeam_backfills";

  static final DestinationTable TABLE =
      new DestinationTable(
          TABLE_NAME,
          List.of(
              key("slot", 3, "Replication slot."),
              key(
                  "request",
                  4,
                  "Commit LSN of the request: the dump is complete as of it. Of a truncation also its own."),
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

  private static final List<String> READ =
      List.of(
          "slot",
          "epoch",
          "request",
          "requested_at",
          "schema_name",
          "table_name",
          "kind",
          "status",
          "scope",
          "started_at",
          "finished_at",
          "chunks_done",
          "chunks_total",
          "row_count",
          "byte_count",
          "resume",
          "error");

  private final OwnTable own;
  private final BigQueryAskedDumps asked;

  BigQueryDumpLedger(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.own = new OwnTable(TABLE, sink, tables, rest);
    this.asked =
        new BigQueryAskedDumps(
            new OwnTable(BigQueryAskedDumps.TABLE, sink, tables, rest), rest, Clock.systemUTC());
  }

  @Override
  public List<AskedDump> asked(String slot) throws InterruptedException {
    return asked.list(slot);
  }

  @Override
  public void ask(AskedDump request) throws InterruptedException {
    asked.add(request);
  }

  @Override
  public String name() {
    return TABLE_NAME;
  }

  @Override
  public List<DumpEntry> read(String slot) throws InterruptedException {
    return own.read(slot, READ).stream()
        .map(BigQueryDumpLedger::entry)
        .sorted(
            Comparator.comparingLong(DumpEntry::epoch)
                .thenComparing(DumpEntry::requestLsn, Long::compareUnsigned)
                .thenComparing(entry -> entry.table().toString()))
        .toList();
  }

  @Override
  public void write(List<DumpEntry> entries, long version) throws InterruptedException {
    own.write(entries.stream().map(entry -> encode(entry, version)).toList());
  }

  static EncodedRow encode(DumpEntry entry, long version) {
    RowEncoder row =
        new RowEncoder()
            .upsert(new ChangePosition(entry.epoch(), version, 0, 0).toSequenceNumber())
            .string(3, entry.slot())
            .string(4, request(entry))
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

  /** One transaction may ask for a table, or truncate it, more than once. */
  private static String request(DumpEntry entry) {
    String commit = Lsn.format(entry.requestLsn());
    return entry.changeLsn() == 0 ? commit : commit + "-" + Lsn.format(entry.changeLsn());
  }

  private static DumpEntry entry(TableRow row) {
    List<TableCell> cells = row.getF();
    String[] request = text(cells, 2).split("-", -1);
    return new DumpEntry(
        text(cells, 0),
        number(cells, 1),
        Lsn.parse(request[0]).value(),
        request.length > 1 ? Lsn.parse(request[1]).value() : 0,
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
}
