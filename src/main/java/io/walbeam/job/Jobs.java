package io.walbeam.job;

import io.walbeam.failure.WalbeamException;
import io.walbeam.source.LocalJob;
import java.util.Optional;

/**
 * What the parts of a job share in this JVM, made at first use. In a local run the launcher closes
 * it; on a worker the last part of a job does. Thread-safe; the registry is {@link LocalJob}.
 */
final class Jobs {
  private Jobs() {}

  /**
   * The job that the settings name.
   *
   * @throws WalbeamException of kind TRANSIENT if the launcher has closed it
   */
  static Job of(JobSettings settings) {
    return local(settings).shared(Job.class, () -> new Job(settings));
  }

  /** The job, if {@link #of} was called for it. */
  static Optional<Job> find(JobSettings settings) {
    return local(settings).shared(Job.class);
  }

  /** The job, for a part of it that calls {@link #release} at its end. */
  static Job hold(JobSettings settings) {
    return local(settings).hold(Job.class, () -> new Job(settings));
  }

  /** A part of the job has ended; on a worker the last one closes what is shared. */
  static void release(JobSettings settings) {
    local(settings).release();
  }

  /** Closes the job, for good. */
  static void close(JobSettings settings) {
    local(settings).close();
  }

  private static LocalJob local(JobSettings settings) {
    return LocalJob.of(settings.slotKey());
  }
}
