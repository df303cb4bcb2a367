package io.walbeam.source;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailPoint;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides when a status goes to the server and what it says. One per connection, session thread
 * only.
 *
 * <p>The flushed position never moves back and never passes what may be confirmed.
 */
final class StatusReporter {
  /** Longest time between two statuses, nanoseconds. */
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);

  /** Shortest time between two statuses that tell of a confirmed position, nanoseconds. */
  private static final long MIN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

  /** Silence after which the server is asked for a sign of life, nanoseconds. */
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(15);

  /** Silence after which the connection counts as dead, nanoseconds. */
  private static final long DEAD = TimeUnit.SECONDS.toNanos(60);

  /** Sends one status. */
  @FunctionalInterface
  interface Sender {
    void send(long written, long flushed, boolean reply) throws IOException;
  }

  private final Sender sender;
  private final LongSupplier confirmable;
  private final long interval;
  private long received;
  private volatile long reported;
  private long lastSent;
  private long lastHeard;
  private boolean replyRequested;

  /** The first status asks for an answer, so that it is known soon that the stream is alive. */
  private boolean first = true;

  /**
   * @param confirmable the position that may be reported as flushed now
   * @param position where the slot stands
   * @param serverTimeoutMillis {@code wal_sender_timeout}, 0 for none
   */
  StatusReporter(
      Sender sender, LongSupplier confirmable, long position, long serverTimeoutMillis, long now) {
    this.sender = sender;
    this.confirmable = confirmable;
    this.received = position;
    this.reported = position;
    this.lastSent = now - INTERVAL;
    this.lastHeard = now;
    this.interval =
        serverTimeoutMillis > 0
            ? Math.min(INTERVAL, TimeUnit.MILLISECONDS.toNanos(serverTimeoutMillis) / 4)
            : INTERVAL;
  }

  /** Something arrived. */
  void heard(long now) {
    lastHeard = now;
  }

  /** Everything before {@code lsn} was received. */
  void received(long lsn) {
    received = Lsn.max(received, lsn);
  }

  /** Everything before it was received. */
  long received() {
    return received;
  }

  /** The server wants a status at once. */
  void replyRequested() {
    replyRequested = true;
  }

  /** What was reported as flushed last. Any thread. */
  long reported() {
    return reported;
  }

  /** Sends a status if one is due. */
  void tick(long now) throws IOException {
    long flushed = Lsn.max(reported, confirmable.getAsLong());
    boolean risen = flushed != reported && now - lastSent >= MIN_INTERVAL;
    boolean silent = now - lastHeard >= SILENCE;
    if (now - lastHeard >= DEAD) {
      throw new IOException("the server gave no sign of life");
    }
    if (replyRequested || risen || now - lastSent >= interval) {
      received = Lsn.max(received, flushed);
      boolean moved = flushed != reported;
      sender.send(received, flushed, silent || first);
      first = false;
      reported = flushed;
      if (moved) {
        FailPoint.SLOT_MOVED.reached();
      }
      lastSent = now;
      replyRequested = false;
    }
  }
}
