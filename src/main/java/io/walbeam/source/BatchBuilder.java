package io.walbeam.source;

import io.walbeam.batch.BatchWriter;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.Interval;
import io.walbeam.change.Lsn;
import io.walbeam.change.StreamPosition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.pgoutput.MalformedMessageException;
import io.walbeam.postgres.pgoutput.MessageHeader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the plugin's messages into self-contained batches and keeps the position.
 *
 * <p>Pure and not thread-safe. Looks only at what {@link MessageHeader} tells. One builder serves
 * one connection, as its {@link BatchWriter} does.
 */
final class BatchBuilder {
  private final ReaderIdentity reader;
  private final @Nullable Fence fence;
  private final Consumer<Delivery> output;
  private final BatchWriter batch = new BatchWriter();

  private boolean start;
  private StreamPosition from;
  private long completeLsn;
  private long completeMicros;

  private final TransactionProgress transaction;
  private boolean fenceSeen;

  /**
   * @param start whether this reader began without a mark and has delivered nothing yet
   * @param resume where reading goes on
   * @param completeMicros time of the last complete transaction, 0 if not known
   */
  BatchBuilder(
      ReaderIdentity reader,
      boolean start,
      ResumePoint resume,
      long completeMicros,
      @Nullable Fence fence,
      Consumer<Delivery> output) {
    this.reader = reader;
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
    try {
      take(lsn, bytes, offset, length);
    } catch (MalformedMessageException e) {
      throw malformed(e);
    }
  }

  private void take(long lsn, byte[] bytes, int offset, int length) {
    byte type = MessageHeader.type(bytes, offset, length);
    switch (type) {
      case MessageHeader.INSERT, MessageHeader.UPDATE, MessageHeader.DELETE -> {
        int relationId = MessageHeader.relationId(bytes, offset, length);
        if (isNewChange(type, lsn)) {
          change(lsn, relationId, bytes, offset, length);
        }
      }
      case MessageHeader.BEGIN -> begin(lsn, bytes, offset, length);
      case MessageHeader.COMMIT -> commit(lsn, bytes, offset, length);
      case MessageHeader.RELATION -> batch.relation(bytes, offset, length);
      case MessageHeader.TYPE -> batch.type(bytes, offset, length);
      case MessageHeader.TRUNCATE -> truncate(lsn, bytes, offset, length);
      case MessageHeader.MESSAGE -> logicalMessage(lsn, bytes, offset, length);
      case MessageHeader.ORIGIN -> {
        // The origin of a transaction that this server got by replication: nobody needs it.
      }
      default -> throw new MalformedMessageException(type, 0, "no such message");
    }
  }

  /**
   * Takes a change that was cut down to its marker.
   *
   * @param relationId 0 for a logical message
   */
  void oversize(long lsn, int relationId, byte[] marker) {
    try {
      if (!isNewChange(marker[0], lsn)) {
        return;
      }
      if (relationId == 0) {
        messageTaken(lsn, marker, 0, marker.length);
      } else {
        change(lsn, relationId, marker, 0, marker.length);
      }
    } catch (MalformedMessageException e) {
      throw malformed(e);
    }
  }

  /** Where the open transaction commits. */
  long commitLsn() {
    return transaction.commitLsn();
  }

  /** The relation's current Relation message, null if the plugin never sent one. */
  byte @Nullable [] relation(int id) {
    return batch.described(id);
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
    ChangeBatch element =
        batch.take(reader, start, new Interval(from, to), completeLsn, completeMicros);
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
    requireTransaction(MessageHeader.BEGIN, false);
    long commitLsn = MessageHeader.beginCommitLsn(bytes, offset, length);
    batch.begin(lsn, bytes, offset);
    transaction.begin(
        commitLsn, MessageHeader.beginCommitTimeMicros(bytes, offset, length), completeLsn);
  }

  private void commit(long lsn, byte[] bytes, int offset, int length) {
    requireTransaction(MessageHeader.COMMIT, true);
    // A wrong end would be acknowledged: all that says where it is must agree.
    long endLsn = MessageHeader.commitEndLsn(bytes, offset, length);
    boolean agrees =
        endLsn == lsn
            && Long.compareUnsigned(endLsn, completeLsn) >= 0
            && MessageHeader.commitLsn(bytes, offset, length) == transaction.commitLsn();
    if (!transaction.isDropping() && !agrees) {
      throw new MalformedMessageException(MessageHeader.COMMIT, 0, "it ends elsewhere");
    }
    if (transaction.commit()) {
      return;
    }
    if (transaction.emitted() > 0) {
      makeRoom(length);
      batch.commit(lsn, bytes, offset, length);
    }
    transaction.clear();
    completeLsn = endLsn;
    completeMicros = MessageHeader.commitTimeMicros(bytes, offset, length);
    if (fenceSeen || batch.isFull()) {
      cut();
    }
  }

  private void change(long lsn, int relationId, byte[] bytes, int offset, int length) {
    makeRoom(length);
    batch.change(lsn, transaction.taken(), relationId, bytes, offset, length);
    cutIfFull();
  }

  private void truncate(long lsn, byte[] bytes, int offset, int length) {
    // Also of one that is behind: it must be a message.
    MessageHeader.truncatedRelations(bytes, offset, length);
    if (isNewChange(MessageHeader.TRUNCATE, lsn)) {
      makeRoom(length);
      batch.truncate(lsn, transaction.taken(), bytes, offset, length);
      cutIfFull();
    }
  }

  /**
   * Messages outside transactions are left out: they come when they are decoded, not in commit
   * order, so that no position could say whether one was read.
   */
  private void logicalMessage(long lsn, byte[] bytes, int offset, int length) {
    if (!MessageHeader.messageTransactional(bytes, offset, length)) {
      return;
    }
    boolean taken = isNewChange(MessageHeader.MESSAGE, lsn);
    // The fence may be among what was taken before the connection was lost.
    fenceSeen |= fence != null && !transaction.isDropping() && fence.isThis(bytes, offset, length);
    if (taken) {
      messageTaken(lsn, bytes, offset, length);
    }
  }

  private void messageTaken(long lsn, byte[] bytes, int offset, int length) {
    makeRoom(length);
    batch.logicalMessage(lsn, transaction.taken(), bytes, offset, length);
    cutIfFull();
  }

  private boolean isNewChange(byte type, long lsn) {
    requireTransaction(type, true);
    return transaction.isNew(lsn);
  }

  private void cutIfFull() {
    if (batch.isFull()) {
      cut();
    }
  }

  private void makeRoom(int length) {
    if (batch.hasNoRoomFor(length)) {
      cut();
    }
  }

  private void requireTransaction(byte type, boolean open) {
    if (transaction.isOpen() != open) {
      throw new MalformedMessageException(
          type, 0, open ? "no transaction is open" : "a transaction is open already");
    }
  }

  private WalbeamException malformed(MalformedMessageException cause) {
    return new WalbeamException(
        FailureKind.MALFORMED,
        "The server sent something that is not the pgoutput protocol after "
            + Lsn.format(completeLsn)
            + ".",
        "Check that the server is a supported PostgreSQL version; report it as a defect.",
        cause);
  }
}
