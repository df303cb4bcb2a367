package io.walbeam.source;

import io.walbeam.change.Interval;
import io.walbeam.change.Lsn;
import io.walbeam.change.StreamPosition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the plugin's messages into self-contained batches and keeps the position.
 *
 * <p>Pure and not thread-safe. Looks only at message types, WAL positions, relation identifiers and
 * the fields of Begin and Commit (PostgreSQL documentation, "Logical Replication Message Formats").
 * One builder serves one connection, because the plugin describes relations once a connection.
 */
final class BatchBuilder {
  private static final int BEGIN_LENGTH = 1 + 8 + 8 + 4;
  private static final int COMMIT_LENGTH = 1 + 1 + 8 + 8 + 8;

  /** Microseconds from the Unix epoch to PostgreSQL's, 2000-01-01. */
  private static final long POSTGRES_EPOCH_MICROS = 946_684_800_000_000L;

  private final Origin origin;
  private final @Nullable Fence fence;
  private final Consumer<Delivery> output;
  private final RelationCache relations = new RelationCache();
  private final BatchBuffer batch = new BatchBuffer();
  private final byte[] begin = new byte[BEGIN_LENGTH];

  private boolean start;
  private StreamPosition from;
  private long completeLsn;
  private long completeMicros;

  private final TransactionProgress transaction;
  private long beginLsn;
  private boolean fenceSeen;

  /**
   * @param start whether this reader began without a mark and has delivered nothing yet
   * @param resume where reading goes on
   * @param completeMicros time of the last complete transaction, 0 if not known
   */
  BatchBuilder(
      Origin origin,
      boolean start,
      ReadPosition resume,
      long completeMicros,
      @Nullable Fence fence,
      Consumer<Delivery> output) {
    this.origin = origin;
    this.start = start;
    this.transaction = new TransactionProgress(resume);
    this.fence = fence;
    this.output = output;
    this.from = resume.toStreamPosition();
    this.completeLsn = resume.resumeLsn();
    this.completeMicros = completeMicros;
  }

  /** Takes one plugin message; the bytes are copied. */
  void message(long lsn, byte[] bytes, int offset, int length) {
    switch (length == 0 ? 0 : bytes[offset]) {
      case 'I', 'U', 'D' -> {
        require(length >= 5);
        if (isNewChange(lsn)) {
          change(lsn, BatchBuffer.getInt(bytes, offset + 1), bytes, offset, length);
        }
      }
      case 'B' -> begin(lsn, bytes, offset, length);
      case 'C' -> commit(lsn, bytes, offset, length);
      case 'R' -> {
        require(length >= 5);
        relations.relation(BatchBuffer.getInt(bytes, offset + 1), bytes, offset, length);
      }
      case 'Y' -> relations.type(bytes, offset, length);
      case 'T' -> truncate(lsn, bytes, offset, length);
      case 'M' -> logicalMessage(lsn, bytes, offset, length);
      case 'O' -> {
        // The origin of a transaction that this server got by replication: nobody needs it.
      }
      default -> throw malformed();
    }
  }

  /**
   * Takes a change that was cut down to its marker.
   *
   * @param relationId 0 for a logical message
   */
  void oversize(long lsn, int relationId, byte[] marker) {
    if (!isNewChange(lsn)) {
      return;
    }
    if (relationId == 0) {
      append(lsn, marker, 0, marker.length, null);
      changed();
    } else {
      change(lsn, relationId, marker, 0, marker.length);
    }
  }

  /** The relation's current Relation message, null if the plugin never sent one. */
  byte @Nullable [] relation(int id) {
    RelationCache.Entry entry = relations.get(id);
    return entry == null ? null : entry.relation;
  }

  /**
   * Moves to an idle position: everything that commits before {@code lsn} has been taken.
   *
   * @param timeMicros the server's clock when its WAL ended there, 0 if not known
   */
  void idle(long lsn, long timeMicros) {
    if (canMoveTo(lsn)) {
      completeLsn = lsn;
      completeMicros = Math.max(completeMicros, timeMicros);
    }
  }

  /** Whether {@link #idle} would move. */
  boolean canMoveTo(long lsn) {
    return !insideTransaction() && Long.compareUnsigned(lsn, completeLsn) > 0;
  }

  /** Bytes of the batch under construction. */
  int pendingBytes() {
    return batch.length();
  }

  /** Whether the next batch would name another position than the last one did. */
  boolean hasMoved() {
    return !position().equals(from);
  }

  /** Whether a transaction is open on the wire, or must come again first. */
  boolean insideTransaction() {
    return transaction.isOpen() || transaction.emitted() > 0;
  }

  /** Hands over what is there, even if it is empty: then it only names a position. */
  void cut() {
    StreamPosition to = position();
    int changes = batch.changes();
    int firstIndex = batch.firstIndex();
    int length = batch.length();
    ChangeBatch element =
        new ChangeBatch(
            origin,
            start,
            new Interval(from, to),
            completeLsn,
            completeMicros,
            firstIndex,
            changes,
            batch.take(),
            length);
    start = false;
    from = to;
    boolean open = insideTransaction();
    output.accept(
        new Delivery(
            element,
            transaction.position(completeLsn),
            open ? transaction.commitMicros() : completeMicros,
            fenceSeen && !open));
  }

  private StreamPosition position() {
    return transaction.position(completeLsn).toStreamPosition();
  }

  private void begin(long lsn, byte[] bytes, int offset, int length) {
    require(length == BEGIN_LENGTH && !transaction.isOpen());
    System.arraycopy(bytes, offset, begin, 0, BEGIN_LENGTH);
    beginLsn = lsn;
    transaction.begin(
        BatchBuffer.getLong(bytes, offset + 1),
        BatchBuffer.getLong(bytes, offset + 9) + POSTGRES_EPOCH_MICROS,
        completeLsn);
  }

  private void commit(long lsn, byte[] bytes, int offset, int length) {
    require(length == COMMIT_LENGTH && transaction.isOpen());
    // A wrong end would be acknowledged: all that says where it is must agree.
    long endLsn = BatchBuffer.getLong(bytes, offset + 10);
    require(
        transaction.isDropping()
            || (endLsn == lsn
                && Long.compareUnsigned(endLsn, completeLsn) >= 0
                && BatchBuffer.getLong(bytes, offset + 2) == transaction.commitLsn()));
    if (transaction.commit()) {
      return;
    }
    if (transaction.emitted() > 0) {
      append(lsn, bytes, offset, length, null);
      batch.forgetBegin();
    }
    transaction.clear();
    completeLsn = endLsn;
    completeMicros = BatchBuffer.getLong(bytes, offset + 18) + POSTGRES_EPOCH_MICROS;
    if (fenceSeen || batch.isFull()) {
      cut();
    }
  }

  private void change(long lsn, int relationId, byte[] bytes, int offset, int length) {
    append(lsn, bytes, offset, length, known(relationId));
    changed();
  }

  private RelationCache.Entry known(int relationId) {
    RelationCache.Entry relation = relations.get(relationId);
    if (relation == null) {
      throw malformed();
    }
    return relation;
  }

  private void truncate(long lsn, byte[] bytes, int offset, int length) {
    require(length >= 6);
    int count = BatchBuffer.getInt(bytes, offset + 1);
    require(count >= 0 && length == 6 + 4L * count);
    if (!isNewChange(lsn)) {
      return;
    }
    makeRoom(length);
    openTransaction();
    for (int i = 0; i < count; i++) {
      describe(known(BatchBuffer.getInt(bytes, offset + 6 + 4 * i)));
    }
    batch.append(lsn, bytes, offset, length);
    changed();
  }

  /**
   * Messages outside transactions are left out: they come when they are decoded, not in commit
   * order, so that no position could say whether one was read.
   */
  private void logicalMessage(long lsn, byte[] bytes, int offset, int length) {
    require(length >= 2);
    boolean transactional = (bytes[offset + 1] & 1) != 0;
    if (!transactional) {
      return;
    }
    boolean taken = isNewChange(lsn);
    // The fence may be among what was taken before the connection was lost.
    fenceSeen |= fence != null && !transaction.isDropping() && fence.isThis(bytes, offset, length);
    if (!taken) {
      return;
    }
    append(lsn, bytes, offset, length, null);
    changed();
  }

  private boolean isNewChange(long lsn) {
    require(transaction.isOpen());
    return transaction.isNew(lsn);
  }

  private void changed() {
    transaction.taken();
    batch.countChange(transaction.emittedIndex());
    if (batch.isFull()) {
      cut();
    }
  }

  private void append(
      long lsn, byte[] bytes, int offset, int length, RelationCache.@Nullable Entry relation) {
    makeRoom(length);
    openTransaction();
    if (relation != null) {
      describe(relation);
    }
    batch.append(lsn, bytes, offset, length);
  }

  private void openTransaction() {
    if (!batch.holdsBegin()) {
      batch.append(beginLsn, begin, 0, BEGIN_LENGTH);
      batch.markBegin();
    }
  }

  private void describe(RelationCache.Entry relation) {
    if (relation.writtenIn == batch.number()) {
      return;
    }
    for (byte[] type : relation.types) {
      batch.append(0, type, 0, type.length);
    }
    batch.append(0, relation.relation, 0, relation.relation.length);
    relation.writtenIn = batch.number();
  }

  private void makeRoom(int length) {
    if (batch.changes() > 0 && !batch.fits(length)) {
      cut();
    }
  }

  private void require(boolean condition) {
    if (!condition) {
      throw malformed();
    }
  }

  private WalbeamException malformed() {
    return new WalbeamException(
        FailureKind.MALFORMED,
        "The server sent something that is not the pgoutput protocol after "
            + Lsn.format(completeLsn)
            + ".",
        "Check that the server is a supported PostgreSQL version; report it as a defect.");
  }
}
