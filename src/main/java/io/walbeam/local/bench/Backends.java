package io.walbeam.local.bench;

import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/** Hands the server processes of one application to a CPU meter as they come. Thread-safe. */
final class Backends implements AutoCloseable {
  /** Often enough for a connection that reads a chunk, seldom enough to cost nothing. */
  private static final long LOOK_MILLIS = 50;

  private static final String PREFIX = "server ";

  private final LocalEnds ends;
  private final CpuMeter cpu;
  private final String applicationName;
  private final Thread thread = new Thread(this::run, "backends");

  private Backends(LocalEnds ends, CpuMeter cpu, String applicationName) {
    this.ends = ends;
    this.cpu = cpu;
    this.applicationName = applicationName;
  }

  /** They are metered by process. */
  static Backends watch(LocalEnds ends, CpuMeter cpu, String applicationName) {
    Backends backends = new Backends(ends, cpu, applicationName);
    backends.thread.setDaemon(true);
    backends.thread.start();
    return backends;
  }

  /** CPU seconds of all of them so far. */
  double cpuSeconds() {
    return cpu.secondsOfAll(PREFIX);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE);
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT pid FROM pg_stat_activity WHERE application_name = ?")) {
      statement.setString(1, applicationName);
      while (true) {
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            cpu.watchFromItsStart(PREFIX + row.getLong(1), row.getLong(1));
          }
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The server's processes cannot be listed.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
