package io.walbeam.source;

import io.walbeam.change.StreamPosition;

/**
 * Where reading goes on, with what is needed to go on inside a transaction.
 *
 * @param resumeLsn end of the last complete transaction, or an idle position: the server is asked
 *     to start here, and this is what may be acknowledged; unsigned
 * @param openCommitLsn commit LSN of the transaction that has been read in part, 0 if none
 * @param emitted number of its change messages that have been read
 * @param lastChangeLsn WAL position of the last of them, to recognise the transaction by
 * @param index index of that message among the consecutive ones that share its WAL position
 */
record ResumePoint(
    long resumeLsn, long openCommitLsn, long emitted, long lastChangeLsn, int index) {
  /** Right after everything that ends at or before {@code lsn}. */
  static ResumePoint at(long lsn) {
    return new ResumePoint(lsn, 0, 0, 0, 0);
  }

  /** The canonical name of this place. */
  StreamPosition toStreamPosition() {
    return emitted > 0 ? new StreamPosition(openCommitLsn, emitted) : StreamPosition.at(resumeLsn);
  }

  /** The same place without the part of the open transaction: it will be read from its start. */
  ResumePoint startOfTransaction() {
    return at(resumeLsn);
  }
}
