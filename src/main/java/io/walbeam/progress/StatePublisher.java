package io.walbeam.progress;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailPoint;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.StateStore;
import io.walbeam.source.PublishedPositions;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes positions: records each in the destination, then tells the session, in that order.
 *
 * <p>One thread, so that a slow destination does not hold up the stream; positions that arrive
 * meanwhile are coalesced to the highest. What cannot be recorded is tried again without end, under
 * a stall of the state's table. Thread-safe.
 */
public final class StatePublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StatePublisher.class);

  /** A row that BigQuery refuses may be taken once the table or a grant is mended. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofMillis(500),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(5));

  /** Between two looks whether a person must act, while the end waits. */
  private static final Duration POLL = Duration.ofMillis(100);

  private final StateStore store;
  private final PublishedPositions positions;
  private final EndOfRun end;
  private final Retry retry;
  private final Thread thread;

  // Guarded by this.
  private @Nullable SlotState next;
  private boolean writing;
  private boolean closed;
  private @Nullable Error failure;
  private long highestEpoch;
  private long highestLsn;

  public StatePublisher(StateStore store, PublishedPositions positions, Stalls stalls) {
    this(store, positions, stalls, Pauses.UNTIL_INTERRUPTED, Clock.systemUTC());
  }

  StatePublisher(
      StateStore store, PublishedPositions positions, Stalls stalls, Pauses pauses, Clock clock) {
    this.store = store;
    this.positions = positions;
    this.end = new EndOfRun(stalls, true, clock);
    this.retry = new Retry(POLICY, pauses, stalls.of(store.name()));
    this.thread = new Thread(this::run, "walbeam-publisher");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Hands over a position and returns at once. One that is not higher than an earlier one is
   * ignored.
   *
   * @throws WalbeamException if the publisher's thread has died
   */
  public synchronized void submit(SlotState state) {
    throwFailure();
    int order = Long.compareUnsigned(state.epoch(), highestEpoch);
    if (order < 0 || (order == 0 && Long.compareUnsigned(state.confirmedLsn(), highestLsn) <= 0)) {
      return;
    }
    highestEpoch = state.epoch();
    highestLsn = state.confirmedLsn();
    next = state;
    notifyAll();
  }

  /**
   * Waits until everything submitted is published, at the end of a run.
   *
   * @return whether it was within {@code timeout}
   * @throws WalbeamException of kind OPERATOR if a person must act first
   */
  public synchronized boolean awaitPublished(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (next != null || writing) {
      throwFailure();
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(Math.min(left, POLL.toMillis()));
      end.throwIfParked("the confirmed position is not recorded", store.name()::equals);
    }
    throwFailure();
    return true;
  }

  /** Ends the thread; what was not published yet comes again after a restart. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (retry) {
      for (SlotState state = take(); state != null; state = take()) {
        try {
          store.write(state);
          retry.succeeded();
          FailPoint.STATE_WRITTEN.reached();
          positions.publish(state.confirmedLsn());
          written();
        } catch (RuntimeException e) {
          putBack(state);
          WalbeamException known =
              WalbeamException.of(
                  e,
                  "The confirmed position "
                      + Lsn.format(state.confirmedLsn())
                      + " could not be recorded.");
          log.debug("Cause", e);
          boolean passes = known.kind() == FailureKind.TRANSIENT;
          boolean unused =
              retry.pause(passes ? FailureKind.TRANSIENT : FailureKind.OPERATOR, known.describe());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Error e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  private synchronized void written() {
    writing = false;
    notifyAll();
  }

  /** A higher one that came meanwhile takes its place. */
  private synchronized void putBack(SlotState state) {
    writing = false;
    if (next == null) {
      next = state;
    }
  }

  private synchronized @Nullable SlotState take() throws InterruptedException {
    while (next == null && !closed) {
      wait();
    }
    if (closed) {
      return null;
    }
    SlotState state = next;
    next = null;
    writing = true;
    return state;
  }

  private void throwFailure() {
    Error reason = failure;
    if (reason != null) {
      throw WalbeamException.of(
          reason, "The confirmed position " + Lsn.format(highestLsn) + " could not be recorded.");
    }
  }
}
