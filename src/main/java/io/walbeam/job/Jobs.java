package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.RunSettings;
import io.walbeam.options.RunSettings.Placement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The destinations of the jobs that have parts in this JVM, made at first use. In a local run the
 * launcher closes them; on a worker the last part of a job does. Thread-safe.
 */
final class Jobs {
  /** By {@link Job#key}. Guarded by itself. */
  private static final Map<String, Job> SHARED = new HashMap<>();

  /** How many parts of a job there are in this JVM, by the same key. Guarded by {@link #SHARED}. */
  private static final Map<String, Integer> HOLDERS = new HashMap<>();

  /**
   * Jobs that the launcher closed: the threads of a runner outlive a cancelled job for a while, and
   * nobody would close what they opened. Guarded by {@link #SHARED}.
   */
  private static final Set<String> CLOSED = new HashSet<>();

  private Jobs() {}

  /**
   * The destination of a job.
   *
   * @throws WalbeamException of kind TRANSIENT if the launcher has closed it
   */
  static Job of(RunSettings settings) {
    synchronized (SHARED) {
      String key = Job.key(settings);
      if (CLOSED.contains(key)) {
        throw new WalbeamException(
            FailureKind.TRANSIENT, "The run has ended.", "Start again; nothing is lost.");
      }
      return SHARED.computeIfAbsent(key, any -> new Job(settings));
    }
  }

  /** The destination of a job, if {@link #of} was called for it. */
  static Optional<Job> find(RunSettings settings) {
    synchronized (SHARED) {
      return Optional.ofNullable(SHARED.get(Job.key(settings)));
    }
  }

  /** The destination of a job, for a part of it that calls {@link #release} at its end. */
  static Job hold(RunSettings settings) {
    synchronized (SHARED) {
      Job destination = of(settings);
      HOLDERS.merge(Job.key(settings), 1, Integer::sum);
      return destination;
    }
  }

  /** A part of the job has ended; on a worker the last one closes what is shared. */
  static void release(RunSettings settings) {
    Optional<Job> destination;
    synchronized (SHARED) {
      String key = Job.key(settings);
      Integer left = HOLDERS.computeIfPresent(key, (any, parts) -> parts == 1 ? null : parts - 1);
      if (left != null || settings.placement() != Placement.WORKERS) {
        return;
      }
      // Under the lock that parts come through: whoever comes next gets a new one.
      destination = Optional.ofNullable(SHARED.remove(key));
    }
    destination.ifPresent(Job::close);
  }

  /** Closes the destination of a job, for good. */
  static void close(RunSettings settings) {
    Optional<Job> destination;
    synchronized (SHARED) {
      CLOSED.add(Job.key(settings));
      destination = Optional.ofNullable(SHARED.remove(Job.key(settings)));
    }
    destination.ifPresent(Job::close);
  }
}
