package io.walbeam.change;

/**
 * What the changes of one transaction share. One object for all of them.
 *
 * @param epoch of the reader, see {@link ChangePosition}
 * @param commitLsn LSN of the commit record, for a dumped row of the dump request's
 * @param commitTimeMicros microseconds since the Unix epoch
 * @param id 32 bits, as PostgreSQL sends it
 */
public record CommittedTransaction(long epoch, long commitLsn, long commitTimeMicros, long id) {
  /** The place of one of its changes. */
  public ChangePosition at(long changeLsn, long n) {
    return new ChangePosition(epoch, commitLsn, changeLsn, n);
  }
}
