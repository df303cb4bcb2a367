package io.walbeam.source;

import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this JVM, one per (host, port, database, slot). A reader that a runner closes
 * leaves its session here for the next reader; a session that nobody takes up frees its slot by
 * itself. Thread-safe.
 */
public final class Sessions {
  /** Pause between two looks whether the slot is confirmed, milliseconds. */
  private static final long CONFIRMATION_POLL = 20;

  /** Longest wait for the threads of a closed session, milliseconds. */
  private static final long JOIN_MILLIS = 10_000;

  private static final Map<String, ReplicationSession> OPEN = new HashMap<>();

  /** Slot keys of the jobs that were asked to end. */
  private static final Set<String> ENDING = ConcurrentHashMap.newKeySet();

  private Sessions() {}

  /** The session that stands exactly at {@code mark}, or a new one; any other is ended. */
  static ReplicationSession acquire(SourceSettings settings, @Nullable SlotMark mark) {
    synchronized (OPEN) {
      ReplicationSession existing = OPEN.get(settings.sessionKey());
      if (existing != null) {
        if (existing.isAlive() && fits(existing, settings, mark)) {
          return existing;
        }
        existing.close();
      }
      if (mark != null && !mark.isStart()) {
        // A mark that a reader is created from was committed by the runner.
        LocalPositions.shared().markFinalized(settings.slotKey(), mark.position().resumeLsn());
      }
      ReplicationSession session =
          ReplicationSession.start(
              settings, mark, LocalPositions.shared(), ReplicationSession.LEASE);
      OPEN.put(settings.sessionKey(), session);
      return session;
    }
  }

  /**
   * Ends a session whose reader was closed for good. Waits a moment for its threads: a runner that
   * loads the classes of each job anew takes them away next.
   */
  static void release(ReplicationSession session) {
    synchronized (OPEN) {
      OPEN.remove(session.settings().sessionKey(), session);
    }
    session.close();
    try {
      session.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends the session of a job: waits until the slot stands where it may, then closes everything.
   * Does nothing if there is no session.
   *
   * @param timeout longest wait for the confirmation
   * @return whether the slot is confirmed up to what was published and finalized
   */
  public static boolean shutdown(SourceSettings settings, Duration timeout)
      throws InterruptedException {
    ReplicationSession session;
    synchronized (OPEN) {
      session = OPEN.get(settings.sessionKey());
      if (session == null || !session.settings().slotKey().equals(settings.slotKey())) {
        return true;
      }
      OPEN.remove(settings.sessionKey());
    }
    try {
      return awaitConfirmation(session, timeout);
    } finally {
      session.close();
      session.join(JOIN_MILLIS);
      LocalPositions.shared().forget(settings.slotKey());
    }
  }

  /**
   * Ends the session of a job whose pipeline has finished: no mark of it will ever be restored, so
   * what is published counts as finalized, even if the runner no longer said so. Then as {@link
   * #shutdown}.
   */
  public static boolean complete(SourceSettings settings, Duration timeout)
      throws InterruptedException {
    LocalPositions positions = LocalPositions.shared();
    positions.markFinalized(settings.slotKey(), positions.published(settings.slotKey()));
    return shutdown(settings, timeout);
  }

  /**
   * Asks the readers of a job to end after what they were handed: the watermark then passes the end
   * of time, and the runner finishes what is under way. Returns at once; a job whose session is yet
   * to begin does not read at all.
   */
  public static void requestEnd(SourceSettings settings) {
    ENDING.add(settings.slotKey());
    synchronized (OPEN) {
      ReplicationSession session = OPEN.get(settings.sessionKey());
      if (session != null && session.settings().slotKey().equals(settings.slotKey())) {
        session.requestEnd();
      }
    }
  }

  /** How far the destination of a job is behind; unknown if it has no session in this JVM. */
  public static SessionLag lag(SourceSettings settings) {
    ReplicationSession session;
    synchronized (OPEN) {
      session = OPEN.get(settings.sessionKey());
    }
    return session == null || !session.settings().slotKey().equals(settings.slotKey())
        ? SessionLag.UNKNOWN
        : session.lag();
  }

  /** Whether the job was asked to end. */
  static boolean isEnding(SourceSettings settings) {
    return ENDING.contains(settings.slotKey());
  }

  /** {@link #shutdown} for every session of this JVM. */
  public static boolean shutdownAll(Duration timeout) throws InterruptedException {
    List<ReplicationSession> sessions;
    synchronized (OPEN) {
      sessions = new ArrayList<>(OPEN.values());
    }
    boolean confirmed = true;
    for (ReplicationSession session : sessions) {
      confirmed &= shutdown(session.settings(), timeout);
    }
    return confirmed;
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
