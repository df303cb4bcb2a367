package io.walbeam.job;

import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries at the start until it succeeds, because a supervisor starts walbeam just when PostgreSQL or
 * the network restarts; not for ever, because the address may be wrong. One thread.
 */
final class StartPatience {
  private static final Logger log = LoggerFactory.getLogger(StartPatience.class);

  /** A person who looks on sees the first failure at once; nobody waits for what one must mend. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO);

  private static final int SECONDS_PER_MINUTE = 60;

  private final Duration patience;
  private final Pauses pauses;

  StartPatience(Duration patience, Pauses pauses) {
    this.patience = patience;
    this.pauses = pauses;
  }

  /**
   * Runs {@code attempt} until it succeeds.
   *
   * @throws WalbeamException its failure: at once if a person must act, of kind TRANSIENT if it has
   *     not passed by the end of the patience
   */
  void await(Runnable attempt) throws InterruptedException {
    Deadline deadline = new Deadline(pauses, pauses.nanoTime() + patience.toNanos());
    try (Retry retry = new Retry(POLICY, deadline, new StartLog(pauses))) {
      while (true) {
        try {
          attempt.run();
          retry.succeeded();
          return;
        } catch (WalbeamException e) {
          if (!POLICY.retries(e.kind())
              || deadline.isOver()
              || !retry.pause(e.kind(), reason(e, deadline.left()))) {
            throw e;
          }
        }
      }
    }
  }

  /** It changes each minute, and so it is said again each minute. */
  private static String reason(WalbeamException e, Duration left) {
    long seconds = left.plusMillis(999).toSeconds();
    long shown =
        seconds < SECONDS_PER_MINUTE
            ? SECONDS_PER_MINUTE
            : seconds / SECONDS_PER_MINUTE * SECONDS_PER_MINUTE;
    return e.describe() + " Trying for about another " + shown + " s.";
  }

  /** Pauses that end with the patience; the last attempt is made when it is over. */
  private record Deadline(Pauses pauses, long end) implements Pauses {
    Duration left() {
      return Duration.ofNanos(Math.max(0, end - pauses.nanoTime()));
    }

    boolean isOver() {
      return left().isZero();
    }

    @Override
    public long nanoTime() {
      return pauses.nanoTime();
    }

    @Override
    public boolean pause(Duration duration) throws InterruptedException {
      Duration left = left();
      return pauses.pause(duration.compareTo(left) < 0 ? duration : left);
    }
  }

  /** Says that the start waits, and when it goes on. */
  private record StartLog(Pauses pauses) implements Retry.Board {
    @Override
    public Retry.Shown show(String reason, boolean person) {
      long begin = pauses.nanoTime();
      log.warn("The start waits: {}", reason);
      return new Retry.Shown() {
        @Override
        public void change(String changed, boolean nowPerson) {
          log.warn("The start waits: {}", changed);
        }

        @Override
        public void leave() {}

        @Override
        public void close() {
          log.info(
              "The start goes on after {} s.",
              Duration.ofNanos(pauses.nanoTime() - begin).toSeconds());
        }
      };
    }
  }
}
