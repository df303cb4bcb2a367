package io.walbeam.source;

import io.walbeam.change.Lsn;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When to cut a batch and how long to let the socket fill. One per connection, session thread only.
 *
 * <p>Under load the socket is left alone for a few milliseconds and then emptied: the walsender,
 * woken less often, is two to three times faster than with a client that reads each message at
 * once. When little arrives it is read and handed on at once.
 *
 * <p>While the batch before waits for its runner, the next one grows instead: it could not go on
 * earlier anyway, and a runner that takes few batches at a time, and has little time for each,
 * would fall behind for ever.
 */
final class BatchPacing {
  /** A read of at least this many bytes tells of load: no use in cutting a small batch. */
  private static final int LOAD_BYTES = 16 << 10;

  /** A read of at least this many bytes is more than a keepalive or two: let the socket fill. */
  private static final int DATA_BYTES = 512;

  /** How long the socket may fill, nanoseconds. */
  private static final long GULP = TimeUnit.MILLISECONDS.toNanos(5);

  /** Time between two batches while little arrives, and so the longest delay. Nanoseconds. */
  private static final long FLUSH_INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);

  /** Oldest a batch gets under load, and while the one before it waits, nanoseconds. */
  private static final long LOAD_AGE = TimeUnit.MILLISECONDS.toNanos(150);

  /** Between two looks whether the batch before was taken, milliseconds. */
  private static final int TAKEN_LOOK_MILLIS = 5;

  /** Time between two idle positions, nanoseconds. */
  private static final long IDLE_INTERVAL = TimeUnit.SECONDS.toNanos(10);

  /** The same when the server asks for a reply, as it does when it wants to shut down. */
  private static final long ASKED_INTERVAL = TimeUnit.MILLISECONDS.toNanos(500);

  /** First and longest time between two empty batches for a lazy runner, nanoseconds. */
  private static final long FIRST_NUDGE = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long LONGEST_NUDGE = TimeUnit.SECONDS.toNanos(10);

  private long lastCut;
  private long lastIdle;
  private long pendingSince;
  private boolean pending;
  private long idleLsn;
  private boolean asked;
  private boolean afterData;
  private long nudge = FIRST_NUDGE;

  BatchPacing(long now) {
    lastCut = now;
    lastIdle = now - IDLE_INTERVAL;
  }

  /** How long to wait for bytes: not longer than until what is there must go out. */
  int waitMillis(int pendingBytes, int longest, boolean waiting, long now) {
    if (pendingBytes == 0) {
      return longest;
    }
    if (waiting) {
      return Math.min(longest, TAKEN_LOOK_MILLIS);
    }
    long left = TimeUnit.NANOSECONDS.toMillis(lastCut + FLUSH_INTERVAL - now) + 1;
    return (int) Math.max(1, Math.min(longest, left));
  }

  /**
   * Whether the data read so far should go out, after a read of {@code bytes}. After a quiet time
   * it goes at once, in a steady trickle every 20 ms.
   *
   * @param waiting whether an earlier batch was not taken yet
   */
  boolean dataIsDue(int bytes, boolean waiting, long now) {
    if (!pending) {
      pending = true;
      pendingSince = now;
    }
    return (bytes >= LOAD_BYTES || waiting)
        ? now - pendingSince >= LOAD_AGE
        : now - lastCut >= FLUSH_INTERVAL;
  }

  /** Lets the socket fill after a read of data. */
  void gulp(int bytes) {
    if (bytes >= DATA_BYTES) {
      LockSupport.parkNanos(GULP);
    }
  }

  void keepalive(long walEnd, boolean replyRequested) {
    idleLsn = Lsn.max(idleLsn, walEnd);
    asked |= replyRequested;
  }

  /** Everything that commits before it was read, if no transaction is open. */
  long idleLsn() {
    return idleLsn;
  }

  /** Soon after data, so that a runner finalizes it, and then now and again. */
  boolean idleIsDue(long now) {
    return now - lastIdle >= (asked ? ASKED_INTERVAL : IDLE_INTERVAL)
        || (afterData && now - lastCut >= ASKED_INTERVAL);
  }

  boolean nudgeIsDue(long now) {
    return now - lastCut >= nudge;
  }

  void nudged() {
    nudge = Math.min(nudge * 2, LONGEST_NUDGE);
  }

  /** A batch was cut. */
  void cut(long now, boolean data) {
    lastCut = now;
    pending = false;
    afterData = data;
    if (data) {
      nudge = FIRST_NUDGE;
    } else {
      lastIdle = now;
      asked = false;
    }
  }
}
