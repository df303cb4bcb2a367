package io.walbeam.sink.bigquery;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
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

  private static final OwnColumn<SlotState> SLOT =
      OwnColumn.key("slot", 3, SlotState::slot, "Replication slot.");
  private static final OwnColumn<SlotState> EPOCH =
      OwnColumn.int64("epoch", 4, SlotState::epoch, "Raised after a failover or restore.");
  private static final OwnColumn<SlotState> SYSTEM_ID =
      OwnColumn.text("system_id", 5, SlotState::systemId, "PostgreSQL's system identifier.");
  private static final OwnColumn<SlotState> TIMELINE =
      OwnColumn.int64("timeline", 6, SlotState::timeline, "PostgreSQL's timeline.");
  private static final OwnColumn<SlotState> CONFIRMED_LSN =
      OwnColumn.text(
          "confirmed_lsn",
          7,
          state -> Lsn.format(state.confirmedLsn()),
          "Everything committed up to this LSN is in this dataset.");
  private static final OwnColumn<SlotState> CONFIRMED_POSITION =
      OwnColumn.int64(
          "confirmed_position",
          8,
          SlotState::confirmedLsn,
          "The same LSN as a number, for comparing.");
  private static final OwnColumn<SlotState> COMPLETE_UNTIL =
      OwnColumn.timeOrNull(
          "complete_until",
          9,
          SlotState::completeTimeMicros,
          "The tables are complete up to this commit time.");
  private static final OwnColumn<SlotState> INCARNATION =
      OwnColumn.text(
          "incarnation", 10, SlotState::incarnation, "Job and reader that wrote this row.");
  private static final OwnColumn<SlotState> WRITTEN_AT =
      OwnColumn.time("written_at", 11, SlotState::writtenAtMicros, "When this row was written.");

  private static final OwnColumns<SlotState> COLUMNS =
      OwnColumns.of(
          SLOT,
          EPOCH,
          SYSTEM_ID,
          TIMELINE,
          CONFIRMED_LSN,
          CONFIRMED_POSITION,
          COMPLETE_UNTIL,
          INCARNATION,
          WRITTEN_AT);

  static final DestinationTable TABLE =
      COLUMNS.table(
          TABLE_NAME,
          List.of(SLOT),
          List.of(SLOT),
          "How far walbeam has come, one row for each replication slot.");

  /** No slot's name has a space. */
  private static final SlotState NO_SLOT = new SlotState("no slot", 0, "", 0, 0, 0, "", 0);

  private final OwnTable<SlotState> own;

  BigQueryStateStore(TableSink sink, BigQueryTables tables, BigQueryRest rest) {
    this.own = new OwnTable<>(TABLE, COLUMNS, sink, tables, rest);
  }

  @Override
  public String name() {
    return TABLE_NAME;
  }

  @Override
  public Optional<SlotState> read(String slot) throws InterruptedException {
    return own.read(slot).stream()
        .map(BigQueryStateStore::state)
        .max(
            Comparator.comparingLong(SlotState::epoch)
                .thenComparing(SlotState::confirmedLsn, Long::compareUnsigned));
  }

  @Override
  public void write(SlotState state) throws InterruptedException {
    own.write(List.of(encode(state)));
  }

  /** Deletes, at the lowest position there is, the row of a slot that cannot be. */
  @Override
  public void touch() throws InterruptedException {
    own.write(ControlRow.beside(encode(NO_SLOT), TABLE).stream().toList());
  }

  static EncodedRow encode(SlotState state) {
    return COLUMNS.upsert(state, new ChangePosition(state.epoch(), state.confirmedLsn(), 0, 0));
  }

  private static SlotState state(OwnColumns.Cells<SlotState> row) {
    return new SlotState(
        required(row, SLOT),
        Long.parseLong(required(row, EPOCH)),
        required(row, SYSTEM_ID),
        Integer.parseInt(required(row, TIMELINE)),
        Lsn.parse(required(row, CONFIRMED_LSN)).value(),
        row.number(COMPLETE_UNTIL),
        required(row, INCARNATION),
        Long.parseLong(required(row, WRITTEN_AT)));
  }

  private static String required(OwnColumns.Cells<SlotState> row, OwnColumn<SlotState> column) {
    String text = row.text(column);
    if (!text.isEmpty()) {
      return text;
    }
    throw new WalbeamException(
        FailureKind.OPERATOR,
        "A row of table " + TABLE_NAME + " has been edited: column " + column.name() + " is empty.",
        "Delete the row only if the slot is to be dumped anew.");
  }
}
