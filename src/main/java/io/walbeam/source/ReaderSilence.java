package io.walbeam.source;

import io.walbeam.change.Lsn;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a replication stream that brings nothing although the server's WAL goes on: the server's
 * process is frozen, or the network loses what it sends. Thread-safe.
 */
final class ReaderSilence {
  private static final Logger log = LoggerFactory.getLogger(ReaderSilence.class);

  /** Silence that counts as a stall. PostgreSQL speaks several times a second when it has news. */
  static final long STALL = TimeUnit.SECONDS.toNanos(10);

  /** Between two lines about the same silence. */
  private static final long REMINDER = TimeUnit.MINUTES.toNanos(1);

  private final String slot;

  // Guarded by this.
  private long heardAt;
  private long heardLsn;
  private boolean silent;
  private long logged;

  ReaderSilence(String slot, long now) {
    this.slot = slot;
    this.heardAt = now;
  }

  /**
   * The stream brought something, or nobody listens because there is no room.
   *
   * @param lsn end of what it has brought, or of the server's WAL as far as that is known
   */
  synchronized void heard(long lsn, long now) {
    heardAt = now;
    heardLsn = Lsn.max(heardLsn, lsn);
  }

  /** The server's WAL went on while nothing was heard if it has been beyond this for a while. */
  synchronized long heardLsn() {
    return heardLsn;
  }

  /**
   * Looks.
   *
   * @param age for how long the server has had WAL beyond {@link #heardLsn}, nanoseconds
   */
  synchronized void look(long age, long now) {
    if (age < STALL || now - heardAt < STALL) {
      if (silent) {
        log.info("Slot {} no longer waits.", slot);
      }
      silent = false;
      return;
    }
    if (!silent) {
      silent = true;
      logged = now - REMINDER;
    }
    if (now - logged >= REMINDER) {
      logged = now;
      log.warn("Slot {} waits: {}", slot, reason(now));
    }
  }

  /** For how long nothing was heard, seconds; 0 if it is no stall. */
  synchronized long seconds(long now) {
    return silent ? seconds(heardAt, now) : 0;
  }

  private String reason(long now) {
    return "PostgreSQL has sent nothing for "
        + seconds(heardAt, now)
        + " s, though its log goes on. Look at the process in pg_stat_replication, and at the"
        + " network.";
  }

  private static long seconds(long since, long now) {
    return TimeUnit.NANOSECONDS.toSeconds(now - since);
  }
}
