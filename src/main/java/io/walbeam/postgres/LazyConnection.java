package io.walbeam.postgres;

import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An ordinary connection, opened when first used and again after it was lost. Thread-safe: one call
 * at a time, but {@link #close} and {@link #shutdown} at any.
 *
 * <p>It is opened anew after a while, because a server in smart shutdown says nothing to a session
 * that it has, and waits for it; only a new session is refused. Then the old one is closed, so that
 * the server can go on.
 */
final class LazyConnection implements AutoCloseable {
  /**
   * Age at which a connection is replaced, nanoseconds: a smart shutdown waits for so long, and
   * {@code pg_ctl stop} for a minute.
   */
  private static final long RENEWAL = TimeUnit.SECONDS.toNanos(10);

  private static final String CANNOT_CONNECT_NOW = "57P03";

  /** Opens a connection that is ready for use. */
  @FunctionalInterface
  interface Opening {
    Connection open() throws SQLException;
  }

  /** Something that is done with a connection. */
  @FunctionalInterface
  interface Work<T, X extends Exception> {
    T run(Connection connection) throws SQLException, X;
  }

  private final Opening opening;
  private volatile @Nullable Connection connection;
  private volatile boolean closed;
  private volatile Shutdown shutdown = Shutdown.NONE;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private long opened;
  private long used;
  private boolean lost;

  LazyConnection(Opening opening) {
    this.opening = opening;
  }

  /** What is known of the server by what became of the connections to it. */
  Shutdown shutdown() {
    return shutdown;
  }

  /**
   * Does something. A connection on which it fails is given up.
   *
   * @throws WalbeamException if there is no connection
   */
  <T, X extends Exception> T call(Work<T, X> work) throws SQLException, X {
    lock.lock();
    try {
      return locked(work);
    } finally {
      lock.unlock();
    }
  }

  private <T, X extends Exception> T locked(Work<T, X> work) throws SQLException, X {
    Connection current = current();
    boolean done = false;
    try {
      T result = work.run(current);
      done = true;
      return result;
    } catch (SQLException e) {
      lost = isLost(e);
      if (lost && shutdown == Shutdown.SMART) {
        shutdown = Shutdown.FAST;
      }
      throw e;
    } finally {
      used = System.nanoTime();
      if (!done || shutdown == Shutdown.SMART) {
        drop();
      }
    }
  }

  private Connection current() throws SQLException {
    if (closed) {
      throw closed();
    }
    Connection open = connection;
    if (open != null && System.nanoTime() - opened < RENEWAL) {
      return open;
    }
    Connection fresh;
    try {
      fresh = opening.open();
    } catch (WalbeamException e) {
      boolean refused = isRefusedNow(e);
      if (open == null) {
        if (refused && lost) {
          shutdown = Shutdown.FAST;
        }
        throw e;
      }
      if (refused) {
        // The call that follows tells whether the server has ended it.
        shutdown = Shutdown.SMART;
      }
      // Else the old one is as good: there may be no room for two.
      opened = System.nanoTime();
      return open;
    }
    drop();
    connection = fresh;
    opened = System.nanoTime();
    lost = false;
    shutdown = Shutdown.NONE;
    if (closed) {
      drop();
      throw closed();
    }
    return fresh;
  }

  /** Gives the connection up if it was not used for so long; the next call opens another. */
  void closeIdle(Duration idle) {
    // Who holds the lock uses it.
    if (lock.tryLock()) {
      try {
        if (System.nanoTime() - used >= idle.toNanos()) {
          drop();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether it was closed for good. */
  boolean isClosed() {
    return closed;
  }

  /** Gives the connection up; the next call opens another. */
  void drop() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      Connections.abort(open);
    }
  }

  /** Gives the connection up, also under a call in another thread. Final. */
  @Override
  public void close() {
    closed = true;
    drop();
  }

  private static SQLException closed() {
    return new SQLException("The connection was closed.", "57P01");
  }

  private static boolean isLost(SQLException e) {
    String state = PostgresErrors.state(e);
    return state.startsWith("08") || state.startsWith("57P");
  }

  private static boolean isRefusedNow(WalbeamException e) {
    return e.getCause() instanceof SQLException cause
        && PostgresErrors.state(cause).equals(CANNOT_CONNECT_NOW);
  }
}
