package io.walbeam.local.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a workload in a thread of its own at a steady rate, and reconnects when the server restarts.
 * Thread-safe.
 */
public final class WorkloadRunner implements AutoCloseable {
  /** Pause before another attempt to connect. */
  private static final long RECONNECT_MILLIS = 200;

  private static final long JOIN_MILLIS = 60_000;

  private final Supplier<SourceServer> server;
  private final String database;
  private final Workload workload;
  private final int changesPerSecond;
  private final AtomicLong changes = new AtomicLong();
  private final AtomicLong transactions = new AtomicLong();
  private final Thread thread = new Thread(this::run, "workload");
  private volatile boolean stopped;
  private volatile @Nullable SQLException failure;

  private WorkloadRunner(
      Supplier<SourceServer> server, String database, Workload workload, int changesPerSecond) {
    this.server = server;
    this.database = database;
    this.workload = workload;
    this.changesPerSecond = changesPerSecond;
    thread.setDaemon(true);
  }

  /** Starts a workload that changes about so many rows each second. */
  public static WorkloadRunner start(
      SourceServer server, String database, Workload workload, int changesPerSecond) {
    return start(() -> server, database, workload, changesPerSecond);
  }

  /** The same on a server that may become another one; each connection is to the present one. */
  public static WorkloadRunner start(
      Supplier<SourceServer> server, String database, Workload workload, int changesPerSecond) {
    WorkloadRunner runner = new WorkloadRunner(server, database, workload, changesPerSecond);
    runner.thread.start();
    return runner;
  }

  /** Rows changed so far. */
  public long changes() {
    return changes.get();
  }

  /**
   * Transactions so far.
   *
   * @throws IllegalStateException if there will be no more, because one failed
   */
  public long transactions() {
    throwFailure();
    return transactions.get();
  }

  @Override
  public void close() {
    stop();
  }

  /** Stops after the transaction under way; again does nothing. */
  public void stop() {
    stopped = true;
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException("The workload does not stop.");
    }
    throwFailure();
  }

  private void throwFailure() {
    if (failure != null) {
      throw new IllegalStateException("The workload failed.", failure);
    }
  }

  private void run() {
    while (!stopped) {
      try (Connection connection = server.get().connect(database)) {
        connection.setAutoCommit(false);
        runOn(connection);
      } catch (SQLException e) {
        if (!isDisconnection(e)) {
          failure = e;
          return;
        }
        pause(RECONNECT_MILLIS);
      }
    }
  }

  /**
   * SQLState classes 08 (connection) and 57 (operator intervention: the server stops or starts).
   */
  private static boolean isDisconnection(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08") || state.startsWith("57");
  }

  private void runOn(Connection connection) throws SQLException {
    long started = System.nanoTime();
    long before = changes.get();
    while (!stopped) {
      changes.addAndGet(workload.transaction(connection));
      transactions.incrementAndGet();
      long due =
          started
              + TimeUnit.SECONDS.toNanos(1)
                  * (changes.get() - before)
                  / Math.max(changesPerSecond, 1);
      pause(TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime()));
    }
  }

  private void pause(long millis) {
    if (millis <= 0) {
      return;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      stopped = true;
    }
  }
}
