package io.walbeam.batch;

import io.walbeam.change.Interval;
import io.walbeam.postgres.pgoutput.MalformedMessageException;
import io.walbeam.postgres.pgoutput.MessageHeader;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches: repeats the open transaction's Begin and the descriptions of relations in each
 * batch that needs them, once.
 *
 * <p>One writer serves one connection, because the plugin describes relations once a connection.
 * Messages are copied. Not thread-safe. Throws {@link MalformedMessageException} for a change of a
 * relation that the plugin did not describe.
 */
public final class BatchWriter {
  /** Most bytes of a batch, unless one message alone is longer. */
  public static final int CAPACITY = BatchBuffer.CAPACITY;

  private final RelationCache relations = new RelationCache();
  private final BatchBuffer buffer = new BatchBuffer();
  private final byte[] begin = new byte[MessageHeader.BEGIN_LENGTH];
  private long beginLsn;

  /** Takes the Begin of the transaction that the next changes belong to. */
  public void begin(long lsn, byte[] bytes, int offset) {
    System.arraycopy(bytes, offset, begin, 0, begin.length);
    beginLsn = lsn;
  }

  /** Takes a Relation message; it replaces the relation's previous one. */
  public void relation(byte[] bytes, int offset, int length) {
    relations.relation(MessageHeader.relationId(bytes, offset, length), bytes, offset, length);
  }

  /** Takes a Type message; it belongs to the next relation. */
  public void type(byte[] bytes, int offset, int length) {
    relations.type(bytes, offset, length);
  }

  /** The relation's current Relation message, null if the plugin never sent one. */
  public byte @Nullable [] described(int relationId) {
    RelationCache.Entry entry = relations.get(relationId);
    return entry == null ? null : entry.relation;
  }

  /**
   * Writes an Insert, Update or Delete, or the marker of one.
   *
   * @param lsn WAL position of the change
   * @param index see {@link ChangeIndex}
   */
  public void change(long lsn, int index, int relationId, byte[] bytes, int offset, int length) {
    RelationCache.Entry relation = known(relationId, bytes[offset]);
    openTransaction();
    describe(relation);
    append(lsn, index, bytes, offset, length);
  }

  /** Writes a Truncate. */
  public void truncate(long lsn, int index, byte[] bytes, int offset, int length) {
    int count = MessageHeader.truncatedRelations(bytes, offset, length);
    openTransaction();
    for (int i = 0; i < count; i++) {
      describe(known(MessageHeader.truncatedRelation(bytes, offset, i), bytes[offset]));
    }
    append(lsn, index, bytes, offset, length);
  }

  /** Writes a logical message, or the marker of one. */
  public void logicalMessage(long lsn, int index, byte[] bytes, int offset, int length) {
    openTransaction();
    append(lsn, index, bytes, offset, length);
  }

  /** Writes the Commit of the open transaction. */
  public void commit(long lsn, byte[] bytes, int offset, int length) {
    openTransaction();
    buffer.append(lsn, bytes, offset, length);
    buffer.forgetBegin();
  }

  /** Whether a change of that many bytes should go into the next batch. */
  public boolean hasNoRoomFor(int length) {
    return buffer.changes() > 0 && !buffer.fits(length);
  }

  /** Whether another change would rarely fit. */
  public boolean isFull() {
    return buffer.isFull();
  }

  /** Bytes of the batch so far. */
  public int length() {
    return buffer.length();
  }

  /** Hands over the batch, which may be empty, and starts the next one. See {@link ChangeBatch}. */
  public ChangeBatch take(
      ReaderIdentity reader,
      boolean start,
      Interval interval,
      long completeLsn,
      long completeTimeMicros) {
    int firstIndex = buffer.firstIndex();
    int changes = buffer.changes();
    int length = buffer.length();
    return new ChangeBatch(
        reader,
        start,
        interval,
        completeLsn,
        completeTimeMicros,
        firstIndex,
        changes,
        buffer.take(),
        length);
  }

  private void append(long lsn, int index, byte[] bytes, int offset, int length) {
    buffer.append(lsn, bytes, offset, length);
    buffer.countChange(index);
  }

  private void openTransaction() {
    if (!buffer.holdsBegin()) {
      buffer.append(beginLsn, begin, 0, begin.length);
      buffer.markBegin();
    }
  }

  private RelationCache.Entry known(int relationId, byte type) {
    RelationCache.Entry relation = relations.get(relationId);
    if (relation == null) {
      throw new MalformedMessageException(type, 1, "its relation was not described");
    }
    return relation;
  }

  private void describe(RelationCache.Entry relation) {
    if (relation.writtenIn == buffer.number()) {
      return;
    }
    for (byte[] type : relation.types) {
      buffer.append(0, type, 0, type.length);
    }
    buffer.append(0, relation.relation, 0, relation.relation.length);
    relation.writtenIn = buffer.number();
  }
}
