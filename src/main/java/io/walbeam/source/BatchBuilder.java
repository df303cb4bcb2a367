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

  /** The open transaction; {@code emitted} outlives the connection when it is resumed. */
  private boolean inTransaction;

  private boolean dropping;
  private long beginLsn;
  private long commitLsn;
  private long commitMicros;
  private long emitted;

  /** Of the last change message on the wire. */
  private long changeLsn;

  private int changeIndex;

  /** Of the last change message that was taken. */
  private long emittedLsn;

  private int emittedIndex;

  /** What must be skipped of the transaction that was read in part before. */
  private final ReadPosition resume;

  private boolean resumePending;
  private long toSkip;
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
    this.resume = resume;
    this.fence = fence;
    this.output = output;
    this.from = resume.toStreamPosition();
    this.completeLsn = resume.resumeLsn();
    this.completeMicros = completeMicros;
    this.commitLsn = resume.openCommitLsn();
    this.emitted = resume.emitted();
    this.emittedLsn = resume.lastChangeLsn();
    this.emittedIndex = resume.index();
    this.resumePending = emitted > 0;
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
    return !inTransaction && emitted == 0 && Long.compareUnsigned(lsn, completeLsn) > 0;
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
    return inTransaction || emitted > 0;
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
    ReadPosition after =
        emitted > 0
            ? new ReadPosition(completeLsn, commitLsn, emitted, emittedLsn, emittedIndex)
            : ReadPosition.at(completeLsn);
    boolean last = fenceSeen && !inTransaction;
    output.accept(
        new Delivery(element, after, inTransaction ? commitMicros : completeMicros, last));
  }

  private StreamPosition position() {
    return emitted > 0 ? new StreamPosition(commitLsn, emitted) : StreamPosition.at(completeLsn);
  }

  private void begin(long lsn, byte[] bytes, int offset, int length) {
    require(length == BEGIN_LENGTH && !inTransaction);
    long finalLsn = BatchBuffer.getLong(bytes, offset + 1);
    System.arraycopy(bytes, offset, begin, 0, BEGIN_LENGTH);
    beginLsn = lsn;
    inTransaction = true;
    // A commit record may start exactly where the previous one ended, so equality is not behind.
    dropping = Long.compareUnsigned(finalLsn, completeLsn) < 0;
    if (dropping) {
      return;
    }
    if (resumePending) {
      if (finalLsn != resume.openCommitLsn()) {
        throw vanished();
      }
      resumePending = false;
      toSkip = resume.emitted();
    }
    commitLsn = finalLsn;
    commitMicros = BatchBuffer.getLong(bytes, offset + 9) + POSTGRES_EPOCH_MICROS;
    changeLsn = 0;
    changeIndex = 0;
  }

  private void commit(long lsn, byte[] bytes, int offset, int length) {
    require(length == COMMIT_LENGTH && inTransaction);
    inTransaction = false;
    if (dropping) {
      dropping = false;
      return;
    }
    if (toSkip > 0) {
      throw new ResumeMismatchException();
    }
    if (emitted > 0) {
      append(lsn, bytes, offset, length, null);
      batch.forgetBegin();
    }
    emitted = 0;
    completeLsn = BatchBuffer.getLong(bytes, offset + 10);
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
    if (!transactional || !isNewChange(lsn)) {
      return;
    }
    if (fence != null && fence.isThis(bytes, offset, length)) {
      fenceSeen = true;
    }
    append(lsn, bytes, offset, length, null);
    changed();
  }

  /** Keeps the index; false for a change that is behind already. */
  private boolean isNewChange(long lsn) {
    require(inTransaction);
    if (dropping) {
      return false;
    }
    changeIndex = lsn == changeLsn ? changeIndex + 1 : 0;
    changeLsn = lsn;
    if (toSkip == 0) {
      return true;
    }
    if (--toSkip == 0 && (lsn != resume.lastChangeLsn() || changeIndex != resume.index())) {
      throw new ResumeMismatchException();
    }
    return false;
  }

  private void changed() {
    batch.countChange(changeIndex);
    emitted++;
    emittedLsn = changeLsn;
    emittedIndex = changeIndex;
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

  private WalbeamException vanished() {
    return new WalbeamException(
        FailureKind.DATA_LOSS_RISK,
        "The transaction that commits at "
            + Lsn.format(resume.openCommitLsn())
            + " was read in part, and the server does not send it again.",
        "Check whether slot or publication were re-created, or the server restored; start again"
            + " with a higher --epoch and dump the tables again.");
  }
}
