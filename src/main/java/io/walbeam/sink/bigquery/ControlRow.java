package io.walbeam.sink.bigquery;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.walbeam.change.ChangePosition;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.util.Optional;

/**
 * A row that changes nothing, to tell a bad row from a table that refuses everything: the deletion
 * of the bad row's key at the lowest position there is, which loses against whatever is there and
 * whatever comes.
 */
final class ControlRow {
  private static final ChangePosition LOWEST = new ChangePosition(0, 0, 0, 0);

  private ControlRow() {}

  /** The control beside {@code row}; empty for a table without a key, where every row stays. */
  static Optional<EncodedRow> beside(EncodedRow row, DestinationTable table) {
    if (!table.keyed()) {
      return Optional.empty();
    }
    UnknownFieldSet fields;
    try {
      fields =
          UnknownFieldSet.parseFrom(
              com.google.protobuf.ByteString.copyFrom(row.bytes(), row.offset(), row.length()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
    UnknownFieldSet.Builder key = UnknownFieldSet.newBuilder();
    for (DestinationColumn column : table.columns()) {
      if (table.primaryKey().contains(column.name()) && fields.hasField(column.field())) {
        key.addField(column.field(), fields.getField(column.field()));
      }
    }
    byte[] change =
        new RowEncoder()
            .string(DestinationTable.CHANGE_TYPE_FIELD, "DELETE")
            .string(DestinationTable.SEQUENCE_NUMBER_FIELD, LOWEST.toSequenceNumber())
            .row()
            .bytes();
    byte[] columns = key.build().toByteArray();
    byte[] both = new byte[change.length + columns.length];
    System.arraycopy(change, 0, both, 0, change.length);
    System.arraycopy(columns, 0, both, change.length, columns.length);
    return Optional.of(new EncodedRow(both, 0, both.length));
  }
}
