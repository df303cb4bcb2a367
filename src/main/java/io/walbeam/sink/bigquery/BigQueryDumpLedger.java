package io.walbeam.sink.bigquery;

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
import java.util.List;

/** {@code _walbeam_backfills}, one keyed row for each table of each request. Thread-safe. */
final class BigQueryDumpLedger implements DumpLedger {
  static final String TABLE_NAME = "_walbeam_backfills";

  private static final OwnColumn<DumpEntry> SLOT =
      OwnColumn.key("slot", 3, entry -> entry.order().slot(), "Replication slot.");
  private static final OwnColumn<DumpEntry> REQUEST =
      OwnColumn.key(
          "request",
          4,
          BigQueryDumpLedger::request,
          "Commit LSN of the request: the dump is complete as of it. Of a truncation also its"
              + " own.");
  private static final OwnColumn<DumpEntry> SCHEMA_NAME =
      OwnColumn.key(
          "schema_name", 5, entry -> entry.table().schema(), "Schema of the source table.");
  private static final OwnColumn<DumpEntry> TABLE_OF =
      OwnColumn.key("table_name", 6, entry -> entry.table().name(), "Name of the source table.");
  private static final OwnColumn<DumpEntry> EPOCH =
      OwnColumn.int64("epoch", 7, DumpEntry::epoch, "Raised after a failover or restore.");
  private static final OwnColumn<DumpEntry> REQUESTED_AT =
      OwnColumn.time(
          "requested_at",
          8,
          entry -> entry.order().point().commitMicros(),
          "Commit time of the request.");
  private static final OwnColumn<DumpEntry> KIND =
      OwnColumn.text(
          "kind", 9, entry -> entry.kind().name(), "INITIAL, REQUEST, TRUNCATE or LET_GO.");
  private static final OwnColumn<DumpEntry> STATUS =
      OwnColumn.text(
          "status",
          10,
          entry -> entry.status().name(),
          "REQUESTED, RUNNING, FINISHED, REFUSED, FAILED or SUPERSEDED.");
  private static final OwnColumn<DumpEntry> SCOPE =
      OwnColumn.text("scope", 11, DumpEntry::scope, "Part of the table that is meant.");
  private static final OwnColumn<DumpEntry> STARTED_AT =
      OwnColumn.timeOrNull(
          "started_at", 12, entry -> entry.course().startedMicros(), "When reading began.");
  private static final OwnColumn<DumpEntry> FINISHED_AT =
      OwnColumn.timeOrNull(
          "finished_at", 13, entry -> entry.course().finishedMicros(), "When it was over.");
  private static final OwnColumn<DumpEntry> CHUNKS_DONE =
      OwnColumn.int64(
          "chunks_done", 14, entry -> entry.course().sums().chunks(), "Chunks written.");
  private static final OwnColumn<DumpEntry> CHUNKS_TOTAL =
      OwnColumn.int64(
          "chunks_total", 15, entry -> entry.course().chunksTotal(), "Chunks, 0 if not known.");
  private static final OwnColumn<DumpEntry> ROW_COUNT =
      OwnColumn.int64("row_count", 16, entry -> entry.course().sums().rows(), "Rows written.");
  private static final OwnColumn<DumpEntry> BYTE_COUNT =
      OwnColumn.int64("byte_count", 17, entry -> entry.course().sums().bytes(), "Bytes read.");
  private static final OwnColumn<DumpEntry> RESUME =
      OwnColumn.text("resume", 18, entry -> entry.course().resume(), "Where a restart goes on.");
  private static final OwnColumn<DumpEntry> ERROR =
      OwnColumn.text("error", 19, DumpEntry::error, "What went wrong, and the remedy.");

  private static final OwnColumn<DumpEntry> SETTLED_BELOW =
      OwnColumn.of(
          "settled_below",
          DestinationType.INT64,
          20,
          (row, field, entry) -> {
            if (entry.bringsAll()) {
              row.int64(field, entry.requestLsn());
            }
          },
          "Of a finished dump of a whole table: dead letters of commits before it are settled.");

  private static final OwnColumn<DumpEntry> SETTLED_KEYS_BELOW =
      OwnColumn.of(
          "settled_keys_below",
          DestinationType.INT64,
          21,
          (row, field, entry) -> {
            if (entry.bringsLetters()) {
              row.int64(field, entry.requestLsn());
            }
          },
          "Of a finished dump of some keys: dead letters of these keys and of commits before it are"
              + " settled.");

  private static final OwnColumn<DumpEntry> OWNER =
      OwnColumn.of(
          "owner",
          DestinationType.STRING,
          22,
          (row, field, entry) -> {
            if (!entry.owner().isEmpty()) {
              row.string(field, entry.owner());
            }
          },
          "The process that began it; NULL if none has noted that.");

  private static final OwnColumns<DumpEntry> LEAST =
      OwnColumns.of(
          SLOT,
          REQUEST,
          SCHEMA_NAME,
          TABLE_OF,
          EPOCH,
          REQUESTED_AT,
          KIND,
          STATUS,
          SCOPE,
          STARTED_AT,
          FINISHED_AT,
          CHUNKS_DONE,
          CHUNKS_TOTAL,
          ROW_COUNT,
          BYTE_COUNT,
          RESUME,
          ERROR,
          SETTLED_BELOW,
          SETTLED_KEYS_BELOW);

  private static final OwnColumns<DumpEntry> COLUMNS = LEAST.and(OWNER);

  private static final List<OwnColumn<DumpEntry>> KEY =
      List.of(SLOT, REQUEST, SCHEMA_NAME, TABLE_OF);

  static final DestinationTable TABLE = table(COLUMNS);

  /** What it must have: an older one to which nobody may add a column goes on to be used. */
  static final DestinationTable LEAST_TABLE = table(LEAST);

  private final OwnTable<DumpEntry> own;
  private final BigQueryAskedDumps asked;

  BigQueryDumpLedger(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.own = new OwnTable<>(TABLE, COLUMNS, LEAST, sink, tables, rest);
    this.asked =
        new BigQueryAskedDumps(
            new OwnTable<>(
                BigQueryAskedDumps.TABLE, BigQueryAskedDumps.COLUMNS, sink, tables, rest),
            rest,
            Clock.systemUTC());
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
    return own.read(slot).stream()
        .map(BigQueryDumpLedger::entry)
        .sorted(DumpEntry.OLDEST_FIRST)
        .toList();
  }

  @Override
  public void write(List<DumpEntry> entries, long version) throws InterruptedException {
    OwnColumns<DumpEntry> columns = own.there();
    own.write(entries.stream().map(entry -> encode(columns, entry, version)).toList());
  }

  static EncodedRow encode(DumpEntry entry, long version) {
    return encode(COLUMNS, entry, version);
  }

  private static EncodedRow encode(OwnColumns<DumpEntry> columns, DumpEntry entry, long version) {
    return columns.upsert(entry, new ChangePosition(entry.epoch(), version, 0, 0));
  }

  private static DestinationTable table(OwnColumns<DumpEntry> columns) {
    return columns.table(
        TABLE_NAME,
        KEY,
        KEY,
        "The dumps that walbeam was asked for, one row for each table of a request.");
  }

  /** One transaction may ask for a table, or truncate it, more than once. */
  private static String request(DumpEntry entry) {
    DumpEntry.Point point = entry.order().point();
    String commit = Lsn.format(point.commitLsn());
    return point.changeLsn() == 0 ? commit : commit + "-" + Lsn.format(point.changeLsn());
  }

  private static DumpEntry entry(OwnColumns.Cells<DumpEntry> row) {
    String[] request = row.text(REQUEST).split("-", -1);
    return new DumpEntry(
        new DumpEntry.Order(
            row.text(SLOT),
            new DumpEntry.Point(
                row.number(EPOCH),
                Lsn.parse(request[0]).value(),
                request.length > 1 ? Lsn.parse(request[1]).value() : 0,
                row.number(REQUESTED_AT)),
            new TableId(row.text(SCHEMA_NAME), row.text(TABLE_OF)),
            DumpEntry.Kind.valueOf(row.text(KIND)),
            row.text(SCOPE)),
        DumpEntry.Status.valueOf(row.text(STATUS)),
        new DumpEntry.Course(
            row.number(STARTED_AT),
            row.number(FINISHED_AT),
            row.number(CHUNKS_TOTAL),
            new DumpEntry.Sums(
                row.number(CHUNKS_DONE), row.number(ROW_COUNT), row.number(BYTE_COUNT)),
            row.text(RESUME)),
        row.text(ERROR),
        row.text(OWNER));
  }
}
