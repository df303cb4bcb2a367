package io.walbeam.change;

import java.io.Serializable;

/**
 * One start of a job, the same on every worker. Immutable.
 *
 * @param epoch the operator's epoch, first section of every position
 * @param start when the job was started, epoch milliseconds; names the job among others
 * @param token by which the job knows its own requests; nobody can guess it
 * @param stopAtNow whether it ends once everything committed before the start is written
 */
public record JobRun(long epoch, long start, String token, boolean stopAtNow)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The same for a job that was started at another time. */
  public JobRun startedAt(long other) {
    return new JobRun(epoch, other, token, stopAtNow);
  }

  /** Hides the token. */
  @Override
  public String toString() {
    return "JobRun[epoch=" + epoch + ", start=" + start + ", stopAtNow=" + stopAtNow + "]";
  }
}
