package io.walbeam.job;

import io.walbeam.failure.FailureKind;
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

  /** First and longest pause between two attempts. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** Between two lines about the same wait: often enough to be seen, rare enough to be read. */
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final Duration patience;
  private final Time time;

  StartPatience(Duration patience, Time time) {
    this.patience = patience;
    this.time = time;
  }

  /**
   * Runs {@code attempt} until it succeeds.
   *
   * @throws WalbeamException its failure: at once if a person must act, of kind TRANSIENT if it has
   *     not passed by the end of the patience
   */
  void await(Runnable attempt) throws InterruptedException {
    long begin = time.nanos();
    Duration pause = FIRST_PAUSE;
    Duration reminder = Duration.ZERO;
    String shown = "";
    while (true) {
      try {
        attempt.run();
        if (!shown.isEmpty()) {
          log.info("The start goes on after {} s.", waited(begin).toSeconds());
        }
        return;
      } catch (WalbeamException e) {
        Duration left = patience.minus(waited(begin));
        if (e.kind() != FailureKind.TRANSIENT || left.isZero() || left.isNegative()) {
          throw e;
        }
        if (!e.describe().equals(shown) || waited(begin).compareTo(reminder) >= 0) {
          log.warn("The start waits: {} Trying for another {} s.", e.describe(), seconds(left));
          shown = e.describe();
          reminder = waited(begin).plus(REMINDER);
        }
        time.sleep(pause.compareTo(left) < 0 ? pause : left);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    }
  }

  private Duration waited(long begin) {
    return Duration.ofNanos(time.nanos() - begin);
  }

  /** Rounded up, so that a wait that begins does not say one second less. */
  private static long seconds(Duration duration) {
    return duration.plusMillis(999).toSeconds();
  }
}
