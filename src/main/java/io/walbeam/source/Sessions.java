package io.walbeam.source;

import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The session of one job in this JVM. A reader that a runner closes leaves its session here for the
 * next reader; a session that nobody takes up frees its slot by itself. Thread-safe.
 */
final class Sessions implements LocalJob.Reading {
  /** Pause between two looks whether the slot is confirmed, milliseconds. */
  private static final long CONFIRMATION_POLL = 20;

  /** Longest wait for the threads of a closed session, milliseconds. */
  private static final long JOIN_MILLIS = 10_000;

  private final LocalJob job;

  // Guarded by this.
  private @Nullable ReplicationSession open;

  private Sessions(LocalJob job) {
    this.job = job;
  }

  /** The sessions of {@code job}. */
  static Sessions of(LocalJob job) {
    return job.reading(Sessions.class, () -> new Sessions(job));
  }

  /**
   * The session that stands exactly at {@code mark}, or a new one; any other that reads the slot in
   * this JVM is ended, whatever its job.
   */
  ReplicationSession acquire(SourceSettings settings, @Nullable SlotMark mark) {
    job.takeOver(SlotKey.ofSlot(settings.replication()));
    synchronized (this) {
      ReplicationSession existing = open;
      if (existing != null) {
        if (existing.isAlive() && fits(existing, settings, mark)) {
          return existing;
        }
        existing.close();
      }
      if (mark != null && !mark.isStart()) {
        // A mark that a reader is created from was committed by the runner.
        job.positions().markFinalized(mark.position().resumeLsn());
      }
      ReplicationSession session =
          ReplicationSession.start(settings, mark, job.positions(), Lease.ofRunner());
      open = session;
      return session;
    }
  }

  @Override
  public synchronized void giveWay(String slot) {
    ReplicationSession existing = open;
    if (existing != null && SlotKey.ofSlot(existing.settings().replication()).equals(slot)) {
      existing.close();
      open = null;
    }
  }

  /**
   * Ends a session whose reader was closed for good. Waits a moment for its threads: a runner that
   * loads the classes of each job anew takes them away next.
   */
  void release(ReplicationSession session) {
    synchronized (this) {
      if (open == session) {
        open = null;
      }
    }
    session.close();
    try {
      session.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** See {@link LocalJob#shutdown}. */
  @Override
  public boolean shutdown(Duration timeout) throws InterruptedException {
    ReplicationSession session;
    synchronized (this) {
      session = open;
      open = null;
    }
    if (session == null) {
      return true;
    }
    try {
      return awaitConfirmation(session, timeout);
    } finally {
      session.close();
      session.join(JOIN_MILLIS);
    }
  }

  /** The open session reads no further. */
  @Override
  public synchronized void requestEnd() {
    if (open != null) {
      open.requestEnd();
    }
  }

  /** See {@link LocalJob#keep}. */
  @Override
  public synchronized void keep() {
    if (open != null) {
      open.keep();
    }
  }

  /** See {@link LocalJob#isReading}. */
  @Override
  public synchronized boolean isReading() {
    return open != null && open.isStreaming();
  }

  /** See {@link LocalJob#failure}. */
  @Override
  public synchronized Optional<WalbeamException> failure() {
    return Optional.ofNullable(open).flatMap(ReplicationSession::failure);
  }

  /** See {@link LocalJob#lag}. */
  @Override
  public SessionLag lag() {
    ReplicationSession session;
    synchronized (this) {
      session = open;
    }
    return session == null ? SessionLag.UNKNOWN : session.lag();
  }

  /** See {@link LocalJob#silentSeconds}. */
  @Override
  public long silentSeconds() {
    ReplicationSession session;
    synchronized (this) {
      session = open;
    }
    return session == null ? 0 : session.silentSeconds();
  }

  private static boolean awaitConfirmation(ReplicationSession session, Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (session.isAlive()) {
      try {
        if (session.isConfirmed()) {
          return true;
        }
      } catch (WalbeamException e) {
        // The side connection is made again at the next look.
      }
      if (System.nanoTime() >= deadline) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(CONFIRMATION_POLL);
    }
    return false;
  }

  private static boolean fits(
      ReplicationSession session, SourceSettings settings, @Nullable SlotMark mark) {
    SourceSettings own = session.settings();
    return own.slotKey().equals(settings.slotKey())
        && own.epoch() == settings.epoch()
        && own.optionsHash() == settings.optionsHash()
        && own.stopAtNow() == settings.stopAtNow()
        && samePlace(session.handed(), mark);
  }

  private static boolean samePlace(@Nullable SlotMark session, @Nullable SlotMark mark) {
    if (mark == null || mark.isStart()) {
      return session == null || session.isStart();
    }
    return session != null
        && session.position().equals(mark.position())
        && session.done() == mark.done()
        && Objects.equals(session.systemId(), mark.systemId())
        && session.timeline() == mark.timeline()
        && session.epoch() == mark.epoch()
        && session.optionsHash() == mark.optionsHash();
  }
}
