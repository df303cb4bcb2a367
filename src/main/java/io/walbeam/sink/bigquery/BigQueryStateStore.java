package io.walbeam.sink.bigquery;

import static io.walbeam.sink.bigquery.OwnTable.column;
import static io.walbeam.sink.bigquery.OwnTable.key;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.StateStore;
import io.walbeam.sink.TableSink;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The recorded position of each slot as one keyed row, so that a late write of a lower position
 * changes nothing. Thread-safe.
 *
 * <p>The table has no staleness: a query right after a write sees it.
 */
final class BigQueryStateStore implements StateStore {
  /** Name of the table, fixed: it is how a new run recognises what an old one did. */
  static final String TABLE_NAME = "_walbeam_state";

  static final DestinationTable TABLE =
      new DestinationTable(
          TABLE_NAME,
          List.of(
              key("slot", 3, "Replication slot."),
              column("epoch", DestinationType.INT64, 4, "Raised after a failover or restore."),
              column("system_id", DestinationType.STRING, 5, "PostgreSQL's system identifier."),
              column("timeline", DestinationType.INT64, 6, "PostgreSQL's timeline."),
              column(
                  "confirmed_lsn",
                  DestinationType.STRING,
                  7,
                  "Everything committed up to this LSN is in this dataset."),
              column(
                  "confirmed_position",
                  DestinationType.INT64,
                  8,
                  "The same LSN as a number, for comparing."),
              column(
                  "complete_until",
                  DestinationType.TIMESTAMP,
                  9,
                  "The tables are complete up to this commit time."),
              column(
                  "incarnation", DestinationType.STRING, 10, "Job and reader that wrote this row."),
              column("written_at", DestinationType.TIMESTAMP, 11, "When this row was written.")),
          List.of("slot"),
          List.of("slot"),
          "How far walbeam has come, one row for each replication slot.",
          "");

  private static final List<String> READ =
      List.of(
          "epoch",
          "system_id",
          "timeline",
          "confirmed_lsn",
          "complete_until",
          "incarnation",
          "written_at");

  private final OwnTable own;

  BigQueryStateStore(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.own = new OwnTable(TABLE, sink, tables, rest);
  }

  @Override
  public Optional<SlotState> read(String slot) throws InterruptedException {
    return own.read(slot, READ).stream()
        .map(row -> state(slot, row))
        .max(
            Comparator.comparingLong(SlotState::epoch)
                .thenComparing(SlotState::confirmedLsn, Long::compareUnsigned));
  }

  @Override
  public void write(SlotState state) throws InterruptedException {
    own.write(List.of(encode(state)));
  }

  static EncodedRow encode(SlotState state) {
    RowEncoder row =
        new RowEncoder()
            .upsert(
                new ChangePosition(state.epoch(), state.confirmedLsn(), 0, 0).toSequenceNumber())
            .string(3, state.slot())
            .int64(4, state.epoch())
            .string(5, state.systemId())
            .int64(6, state.timeline())
            .string(7, Lsn.format(state.confirmedLsn()))
            .int64(8, state.confirmedLsn());
    if (state.completeTimeMicros() != 0) {
      row.int64(9, state.completeTimeMicros());
    }
    return row.string(10, state.incarnation()).int64(11, state.writtenAtMicros()).row();
  }

  private static SlotState state(String slot, TableRow row) {
    List<TableCell> cells = row.getF();
    return new SlotState(
        slot,
        Long.parseLong(text(cells, 0)),
        text(cells, 1),
        Integer.parseInt(text(cells, 2)),
        Lsn.parse(text(cells, 3)).value(),
        cells.get(4).getV() instanceof String micros ? Long.parseLong(micros) : 0,
        text(cells, 5),
        Long.parseLong(text(cells, 6)));
  }

  private static String text(List<TableCell> cells, int index) {
    if (cells.get(index).getV() instanceof String text) {
      return text;
    }
    throw new WalbeamException(
        FailureKind.OPERATOR,
        "A row of table " + TABLE_NAME + " has been edited: column " + index + " is NULL.",
        "Delete the row only if the slot is to be dumped anew.");
  }
}
