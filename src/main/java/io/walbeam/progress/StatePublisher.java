package io.walbeam.progress;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailPoint;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.StateStore;
import io.walbeam.source.PublishedPositions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Publishes positions: records each in the destination, then tells the session, in that order.
 *
 * <p>One thread, so that a slow destination does not hold up the stream; positions that arrive
 * meanwhile are coalesced to the highest. Thread-safe.
 */
public final class StatePublisher implements AutoCloseable {
  private final StateStore store;
  private final PublishedPositions positions;
  private final Thread thread;

  // Guarded by this.
  private @Nullable SlotState next;
  private boolean writing;
  private boolean closed;
  private @Nullable Throwable failure;
  private long highestEpoch;
  private long highestLsn;

  public StatePublisher(StateStore store, PublishedPositions positions) {
    this.store = store;
    this.positions = positions;
    this.thread = new Thread(this::run, "walbeam-publisher");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Hands over a position and returns at once. One that is not higher than an earlier one is
   * ignored.
   *
   * @throws WalbeamException if publishing failed before
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
   * Waits until everything submitted is published.
   *
   * @return whether it was within {@code timeout}
   * @throws WalbeamException if publishing failed
   */
  public synchronized boolean awaitPublished(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (next != null || writing) {
      throwFailure();
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
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
    try {
      while (true) {
        SlotState state = take();
        if (state == null) {
          return;
        }
        store.write(state);
        FailPoint.STATE_WRITTEN.reached();
        positions.publish(state.confirmedLsn());
        synchronized (this) {
          writing = false;
          notifyAll();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
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
    Throwable reason = failure;
    if (reason != null) {
      throw WalbeamException.of(
          reason, "The confirmed position " + Lsn.format(highestLsn) + " could not be recorded.");
    }
  }
}
