package io.walbeam.source;

import io.walbeam.batch.ChangeIndex;
import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;

/**
 * How much of the open transaction has been taken, and how much of it must be passed over because
 * it was taken before. Not thread-safe.
 */
final class TransactionProgress {
  private final ResumePoint resume;
  private boolean resumePending;
  private long toSkip;
  private boolean open;
  private boolean dropping;
  private long commitLsn;
  private long commitMicros;
  private long emitted;

  /** Of the last change message on the wire. */
  private final ChangeIndex index = new ChangeIndex();

  /** Of the last change message that was taken. */
  private long emittedLsn;

  private int emittedIndex;

  TransactionProgress(ResumePoint resume) {
    this.resume = resume;
    this.commitLsn = resume.openCommitLsn();
    this.emitted = resume.emitted();
    this.emittedLsn = resume.lastChangeLsn();
    this.emittedIndex = resume.index();
    this.resumePending = emitted > 0;
  }

  /** Whether a transaction is open on the wire. */
  boolean isOpen() {
    return open;
  }

  /** Whether the open transaction is behind the position and must not be taken again. */
  boolean isDropping() {
    return dropping;
  }

  /** Change messages taken of the open transaction, or of the one that must come again first. */
  long emitted() {
    return emitted;
  }

  long commitLsn() {
    return commitLsn;
  }

  /** Commit time, microseconds since the Unix epoch. */
  long commitMicros() {
    return commitMicros;
  }

  /** Where reading goes on, everything that ends at or before {@code completeLsn} being behind. */
  ResumePoint position(long completeLsn) {
    return emitted > 0
        ? new ResumePoint(completeLsn, commitLsn, emitted, emittedLsn, emittedIndex)
        : ResumePoint.at(completeLsn);
  }

  /**
   * A transaction begins.
   *
   * @param finalLsn LSN of its commit record
   * @throws WalbeamException if the transaction that was read in part does not come again
   */
  void begin(long finalLsn, long micros, long completeLsn) {
    open = true;
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
    commitMicros = micros;
    index.begin();
  }

  /** Counts a change message on the wire; false if it is behind already. */
  boolean isNew(long lsn) {
    if (dropping) {
      return false;
    }
    int changeIndex = index.next(lsn);
    if (toSkip == 0) {
      return true;
    }
    if (--toSkip == 0 && (lsn != resume.lastChangeLsn() || changeIndex != resume.index())) {
      throw new ResumeMismatchException();
    }
    return false;
  }

  /** The change message counted last is taken; returns its index. */
  int taken() {
    emitted++;
    emittedLsn = index.lsn();
    emittedIndex = index.current();
    return emittedIndex;
  }

  /**
   * The transaction ends.
   *
   * @return whether it was dropped
   */
  boolean commit() {
    open = false;
    boolean dropped = dropping;
    dropping = false;
    if (toSkip > 0) {
      throw new ResumeMismatchException();
    }
    return dropped;
  }

  /** Forgets the transaction that ended. */
  void clear() {
    emitted = 0;
  }

  private WalbeamException vanished() {
    return new WalbeamException(
        FailureKind.DATA_LOSS_RISK,
        "The transaction that commits at "
            + Lsn.format(resume.openCommitLsn())
            + " was read in part, and the server does not send it again.",
        "Check whether slot or publication were re-created, or the server restored; start again"
            + " with a higher --epoch and request a dump of the tables.");
  }
}
