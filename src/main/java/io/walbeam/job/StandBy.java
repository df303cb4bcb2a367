package io.walbeam.job;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.WalbeamException;
import io.walbeam.source.SlotReaders;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run does that a newer one has taken the slot from: it waits until nobody reads it. If it
 * ended at once, a supervisor would start it again, then it would be the newer one, and the two
 * would take the slot from each other for ever.
 */
public final class StandBy {
  private static final Logger log = LoggerFactory.getLogger(StandBy.class);

  /** Between two looks at the slot: one cheap query. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** A reader that lost its connection, or is started again, is back in this time. */
  private static final Duration GONE = Duration.ofSeconds(30);

  /** Between two lines about the same wait. */
  private static final Duration REMINDER = Duration.ofMinutes(10);

  private final String slot;
  private final Pauses pauses;

  StandBy(String slot, Pauses pauses) {
    this.slot = slot;
    this.pauses = pauses;
  }

  /**
   * Returns when the newer run has ended.
   *
   * @throws WalbeamException if PostgreSQL refuses to be asked
   */
  public static void await(JobSettings settings) throws InterruptedException {
    try (SlotReaders readers = new SlotReaders(settings.replication())) {
      new StandBy(settings.replication().slot(), Pauses.UNTIL_INTERRUPTED)
          .await(readers::isReadByWalbeam);
    }
  }

  void await(BooleanSupplier reading) throws InterruptedException {
    long seen = pauses.nanoTime();
    long logged = seen - REMINDER.toNanos();
    while (pauses.nanoTime() - seen < GONE.toNanos()) {
      if (pauses.nanoTime() - logged >= REMINDER.toNanos()) {
        log.warn(
            "A newer run of walbeam reads the slot {}. This one waits until that has ended; stop"
                + " one of them.",
            slot);
        logged = pauses.nanoTime();
      }
      pauses.pause(LOOK);
      if (isReading(reading)) {
        seen = pauses.nanoTime();
      }
    }
  }

  /** While PostgreSQL cannot be reached nobody knows. */
  private static boolean isReading(BooleanSupplier reading) {
    try {
      return reading.getAsBoolean();
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.TRANSIENT) {
        throw e;
      }
      log.debug("Nobody knows who reads the slot", e);
      return true;
    }
  }
}
