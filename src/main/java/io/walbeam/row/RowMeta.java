package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.CommittedTransaction;
import io.walbeam.change.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Where a row comes from: its position, its transaction and what happened. Mutable and reused by
 * the caller; not thread-safe.
 */
public final class RowMeta {
  private CommittedTransaction transaction = new CommittedTransaction(0, 0, 0, 0);
  private long changeLsn;
  private long n;
  private Operation operation = Operation.INSERT;

  /** Whether the present values were set twice, as they are for every row of a dump. */
  private boolean repeated;

  private byte @Nullable [] header;
  private boolean headerDeletes;

  private byte @Nullable [] context;

  /**
   * Sets what all rows of a transaction share.
   *
   * @param commitLsn LSN of the commit record, for a dumped row of the dump request's
   * @param commitTimeMicros microseconds since the Unix epoch
   */
  public RowMeta transaction(
      long epoch, long commitLsn, long commitTimeMicros, long transactionId) {
    return transaction(new CommittedTransaction(epoch, commitLsn, commitTimeMicros, transactionId));
  }

  /** The same of what is known already. */
  public RowMeta transaction(CommittedTransaction next) {
    transaction = next;
    context = null;
    forgetHeader();
    return this;
  }

  /** Sets what is the row's own; see {@link ChangePosition} for the meaning of both numbers. */
  public RowMeta change(long changeLsn, long n, Operation operation) {
    if (this.changeLsn == changeLsn && this.n == n && this.operation == operation) {
      repeated = true;
      return this;
    }
    forgetHeader();
    this.changeLsn = changeLsn;
    this.n = n;
    this.operation = operation;
    return this;
  }

  /**
   * Sets what the application said of the transaction, as JSON; it holds for the changes that
   * follow.
   *
   * @param json not changed afterwards; null if there is nothing to tell with each change
   */
  public void context(byte @Nullable [] json) {
    context = json;
  }

  byte @Nullable [] context() {
    return context;
  }

  public long epoch() {
    return transaction.epoch();
  }

  public long commitLsn() {
    return transaction.commitLsn();
  }

  public long commitTimeMicros() {
    return transaction.commitTimeMicros();
  }

  public long transactionId() {
    return transaction.id();
  }

  public long changeLsn() {
    return changeLsn;
  }

  public long n() {
    return n;
  }

  public Operation operation() {
    return operation;
  }

  /** Writes the first {@code length} characters of the position's text form. */
  void writePosition(int length, RowBuffer out) {
    out.reserve(ChangePosition.SEQUENCE_NUMBER_LENGTH);
    ChangePosition.writeSequenceNumber(
        epoch(), commitLsn(), changeLsn, n, out.array(), out.position());
    out.position(out.position() + length);
  }

  /** What the rows of the transaction share, the same object until there is another one. */
  public CommittedTransaction transaction() {
    return transaction;
  }

  /** The position as a value. */
  public ChangePosition position() {
    return transaction.at(changeLsn, n);
  }

  /** What {@link #keepHeader} kept for these values, null if nothing. */
  byte @Nullable [] header(boolean deletes) {
    return headerDeletes == deletes ? header : null;
  }

  /** Whether the next row is likely to begin with the same bytes. */
  boolean isRepeated() {
    return repeated;
  }

  /** Keeps the encoded form of these values until one of them changes. */
  void keepHeader(boolean deletes, byte[] encoded) {
    headerDeletes = deletes;
    header = encoded;
  }

  private void forgetHeader() {
    repeated = false;
    header = null;
  }
}
