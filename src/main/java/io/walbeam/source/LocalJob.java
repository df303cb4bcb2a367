package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one job share in this JVM: positions, the session that reads the slot, whether
 * the job shall end, and what the writing parts have opened. Parts find it by the key of their slot
 * ({@link SlotKey}); this is the only registry of a JVM. Thread-safe.
 */
public final class LocalJob {
  /** By slot key. Guarded by itself, as is what is said to be in the fields below. */
  private static final Map<String, LocalJob> JOBS = new HashMap<>();

  private final LocalPositions positions = new LocalPositions();
  private volatile boolean ending;

  // Guarded by JOBS.
  private @Nullable Reading reading;
  private @Nullable Shared shared;
  private int holders;

  /** The launcher closed it: threads of a runner outlive a job that was cancelled. */
  private boolean closed;

  private LocalJob() {}

  /** The job with this slot key, made known at first use. */
  public static LocalJob of(String slotKey) {
    synchronized (JOBS) {
      return JOBS.computeIfAbsent(slotKey, any -> new LocalJob());
    }
  }

  /** Who reads the slot for a job in this JVM. */
  interface Reading {
    /** Reads no further. */
    void requestEnd();

    /** See {@link LocalJob#keep}. */
    void keep();

    /** See {@link LocalJob#isReading}. */
    boolean isReading();

    /** See {@link LocalJob#failure}. */
    Optional<WalbeamException> failure();

    /** How far the destination is behind; unknown if nobody reads now. */
    SessionLag lag();

    /** See {@link LocalJob#silentSeconds}. */
    long silentSeconds();

    /** See {@link LocalJob#shutdown}. */
    boolean shutdown(Duration timeout) throws InterruptedException;

    /** Ends whatever reads {@code slot}, see {@link SlotKey#ofSlot}: another job is to read it. */
    void giveWay(String slot);
  }

  /** Who reads the slot for this job, made at first use. */
  <T extends Reading> T reading(Class<T> type, Supplier<T> make) {
    synchronized (JOBS) {
      Reading present = reading;
      if (present == null) {
        present = make.get();
        reading = present;
      }
      return type.cast(present);
    }
  }

  private Optional<Reading> reading() {
    synchronized (JOBS) {
      return Optional.ofNullable(reading);
    }
  }

  /** Whoever reads the slot in this JVM for another job ends. */
  void takeOver(String slot) {
    List<LocalJob> others;
    synchronized (JOBS) {
      others = new ArrayList<>(JOBS.values());
    }
    others.remove(this);
    others.forEach(other -> other.reading().ifPresent(reading -> reading.giveWay(slot)));
  }

  /** Published and finalized positions. */
  public LocalPositions positions() {
    return positions;
  }

  /**
   * Asks the readers to end after what they were handed: the watermark then passes the end of time,
   * and the runner finishes what is under way. Returns at once; a job whose session is yet to begin
   * does not read at all.
   */
  public void requestEnd() {
    ending = true;
    reading().ifPresent(Reading::requestEnd);
  }

  /**
   * The pipeline has ended, and who launched it goes on to wait: the session stays until {@link
   * #shutdown}, though no runner calls.
   */
  public void keep() {
    reading().ifPresent(Reading::keep);
  }

  /** Whether the slot is read in this JVM at this moment. */
  public boolean isReading() {
    return reading().map(Reading::isReading).orElse(false);
  }

  /** Why the session of this JVM has ended, if it failed. */
  public Optional<WalbeamException> failure() {
    return reading().flatMap(Reading::failure);
  }

  /** Whether the job was asked to end. */
  boolean isEnding() {
    return ending;
  }

  /** How far the destination is behind; unknown if there is no session in this JVM. */
  public SessionLag lag() {
    return reading().map(Reading::lag).orElse(SessionLag.UNKNOWN);
  }

  /**
   * For how long PostgreSQL has sent nothing though its WAL goes on, seconds; 0 if that is no
   * stall.
   */
  public long silentSeconds() {
    return reading().map(Reading::silentSeconds).orElse(0L);
  }

  /**
   * Ends the session: waits until the slot stands where it may, then closes everything. Does
   * nothing if there is no session.
   *
   * @param timeout longest wait for the confirmation
   * @return whether the slot is confirmed up to what was published and finalized
   */
  public boolean shutdown(Duration timeout) throws InterruptedException {
    Optional<Reading> present = reading();
    return present.isEmpty() || present.get().shutdown(timeout);
  }

  /**
   * Ends the session of a job whose pipeline has finished: no mark of it will ever be restored, so
   * what is published counts as finalized, even if the runner no longer said so. Then as {@link
   * #shutdown}.
   */
  public boolean complete(Duration timeout) throws InterruptedException {
    positions.markFinalized(positions.published());
    return shutdown(timeout);
  }

  /** What the writing parts of a job have opened in this JVM. */
  public interface Shared {
    /** Whether it goes with the last part, because a worker outlives its jobs. */
    boolean endsWithItsParts();

    /** Ends every connection and thread. */
    void close();
  }

  /**
   * What the writing parts share, made at first use.
   *
   * @throws WalbeamException of kind TRANSIENT if {@link #close} was called
   */
  public <T extends Shared> T shared(Class<T> type, Supplier<T> make) {
    synchronized (JOBS) {
      if (closed) {
        throw new WalbeamException(
            FailureKind.TRANSIENT, "The run has ended.", "Start again; nothing is lost.");
      }
      Shared present = shared;
      if (present == null) {
        present = make.get();
        shared = present;
      }
      return type.cast(present);
    }
  }

  /** What the writing parts share, if there is anything. */
  public <T extends Shared> Optional<T> shared(Class<T> type) {
    synchronized (JOBS) {
      return Optional.ofNullable(shared).map(type::cast);
    }
  }

  /** {@link #shared} for a part of the job that calls {@link #release} at its end. */
  public <T extends Shared> T hold(Class<T> type, Supplier<T> make) {
    synchronized (JOBS) {
      T present = shared(type, make);
      holders++;
      return present;
    }
  }

  /** A part of the job has ended. */
  public void release() {
    Shared left = null;
    synchronized (JOBS) {
      holders = Math.max(0, holders - 1);
      if (holders == 0 && shared != null && shared.endsWithItsParts()) {
        // Under the lock that parts come through: whoever comes next makes a new one.
        left = shared;
        shared = null;
      }
    }
    if (left != null) {
      left.close();
    }
  }

  /** Closes what the writing parts share, for good. */
  public void close() {
    Shared left;
    synchronized (JOBS) {
      closed = true;
      left = shared;
      shared = null;
    }
    if (left != null) {
      left.close();
    }
  }
}
