package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What every row of a keyed table begins with: change type, sequence number, {@code _walbeam}. */
final class RowHeader {
  /** Name of the STRUCT column with a row's origin. */
  static final String COLUMN = "_walbeam";

  /** Protobuf field of {@link #COLUMN}: before all others, so that added columns never move it. */
  static final int FIELD = DestinationTable.FIRST_COLUMN_FIELD;

  private static final byte[] UPSERT = "\n\6UPSERT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DELETE = "\n\6DELETE".getBytes(StandardCharsets.US_ASCII);
  private static final int SEQUENCE_NUMBER_TAG =
      DestinationTable.SEQUENCE_NUMBER_FIELD << 3 | ColumnEncoder.DELIMITED;
  private static final int METADATA_TAG = FIELD << 3 | ColumnEncoder.DELIMITED;

  private static final int EPOCH = 1;
  private static final int COMMIT_LSN = 2;
  private static final int CHANGE_LSN = 3;
  private static final int N = 4;
  private static final int COMMIT_TIME = 5;
  private static final int TRANSACTION_ID = 6;
  private static final int OPERATION = 7;
  private static final int FINGERPRINT = 8;

  /** Seven numbers of at most 11 bytes and a name of at most 10: one byte holds the length. */
  private static final int LONGEST_METADATA = 7 * 11 + 10;

  /** Where a header has the length of its metadata: behind two fields and a tag. */
  private static final int METADATA_LENGTH_AT =
      UPSERT.length + 2 + ChangePosition.SEQUENCE_NUMBER_LENGTH + 1;

  private static final int LONGEST_HEADER = METADATA_LENGTH_AT + 1 + LONGEST_METADATA;

  private static final Map<Operation, byte[]> OPERATIONS = operations();

  private RowHeader() {}

  /** Writes the header of a row that stays. */
  static void writeUpsert(RowMeta meta, long fingerprint, RowBuffer out) {
    // Reserved at once, so that the row does not move before its length is known.
    out.reserve(LONGEST_HEADER);
    int start = out.position();
    write(false, meta, out);
    int end = out.position();
    writeNumber(FINGERPRINT, fingerprint, out);
    out.array()[start + METADATA_LENGTH_AT] += (byte) (out.position() - end);
  }

  /** Writes the header of a row of a changelog, which has no fingerprint. */
  static void writeChange(RowMeta meta, RowBuffer out) {
    out.reserve(LONGEST_HEADER);
    write(false, meta, out);
  }

  /** Writes the header of a deletion. */
  static void writeDelete(RowMeta meta, RowBuffer out) {
    out.reserve(LONGEST_HEADER);
    write(true, meta, out);
  }

  private static void write(boolean delete, RowMeta meta, RowBuffer out) {
    byte[] known = meta.header(delete);
    if (known != null) {
      out.writeBytes(known, 0, known.length);
      return;
    }
    int start = out.position();
    out.writeBytes(delete ? DELETE : UPSERT, 0, UPSERT.length);
    out.writeByte(SEQUENCE_NUMBER_TAG);
    out.writeByte(ChangePosition.SEQUENCE_NUMBER_LENGTH);
    int position = out.position();
    ChangePosition.writeSequenceNumber(
        meta.epoch(), meta.commitLsn(), meta.changeLsn(), meta.n(), out.array(), position);
    out.position(position + ChangePosition.SEQUENCE_NUMBER_LENGTH);
    writeMetadata(meta, out);
    if (meta.isRepeated()) {
      meta.keepHeader(delete, Arrays.copyOfRange(out.array(), start, out.position()));
    }
  }

  private static void writeMetadata(RowMeta meta, RowBuffer out) {
    out.writeByte(METADATA_TAG);
    out.writeByte(0);
    int start = out.position();
    writeNumber(EPOCH, meta.epoch(), out);
    writeNumber(COMMIT_LSN, meta.commitLsn(), out);
    writeNumber(CHANGE_LSN, meta.changeLsn(), out);
    writeNumber(N, meta.n(), out);
    writeNumber(COMMIT_TIME, meta.commitTimeMicros(), out);
    writeNumber(TRANSACTION_ID, meta.transactionId(), out);
    byte[] operation = Objects.requireNonNull(OPERATIONS.get(meta.operation()));
    out.writeBytes(operation, 0, operation.length);
    out.array()[start - 1] = (byte) (out.position() - start);
  }

  private static void writeNumber(int field, long value, RowBuffer out) {
    out.writeByte(field << 3 | ColumnEncoder.VARINT);
    out.writeVarint(value);
  }

  /** The column that {@link #writeUpsert} fills. */
  static DestinationColumn column() {
    List<DestinationColumn> members = new ArrayList<>(origin());
    members.add(
        member(
            "fingerprint",
            DestinationType.INT64,
            FINGERPRINT,
            "Tells this image of the row from others; verify compares it with the source."));
    return column(members);
  }

  /** The column that {@link #writeChange} fills. */
  static DestinationColumn columnOfChanges() {
    return column(origin());
  }

  private static DestinationColumn column(List<DestinationColumn> members) {
    return new DestinationColumn(
        COLUMN,
        DestinationType.STRUCT,
        FIELD,
        false,
        "Where the row's present state comes from; written by walbeam.",
        members);
  }

  private static List<DestinationColumn> origin() {
    return List.of(
        member("epoch", DestinationType.INT64, EPOCH, "Raised after a failover or restore."),
        member(
            "commit_lsn",
            DestinationType.INT64,
            COMMIT_LSN,
            "LSN of the commit record of the transaction."),
        member(
            "change_lsn",
            DestinationType.INT64,
            CHANGE_LSN,
            "LSN of the WAL record of the change, 0 for a dumped row."),
        member("n", DestinationType.INT64, N, "Orders the changes that share a WAL record."),
        member(
            "commit_time",
            DestinationType.TIMESTAMP,
            COMMIT_TIME,
            "When the transaction committed."),
        member(
            "transaction_id",
            DestinationType.INT64,
            TRANSACTION_ID,
            "Identifier of the transaction."),
        member(
            "operation",
            DestinationType.STRING,
            OPERATION,
            "INSERT, UPDATE, DELETE, or READ for a dumped row."));
  }

  private static DestinationColumn member(
      String name, DestinationType type, int field, String description) {
    return new DestinationColumn(name, type, field, false, description, List.of());
  }

  private static Map<Operation, byte[]> operations() {
    Map<Operation, byte[]> encoded = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      byte[] name = operation.name().getBytes(StandardCharsets.US_ASCII);
      byte[] field = new byte[2 + name.length];
      field[0] = OPERATION << 3 | ColumnEncoder.DELIMITED;
      field[1] = (byte) name.length;
      System.arraycopy(name, 0, field, 2, name.length);
      encoded.put(operation, field);
    }
    return encoded;
  }
}
