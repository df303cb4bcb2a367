package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * How long a row takes: single-row transactions at a steady rate, each timed from just before its
 * COMMIT is sent, on this machine's one clock.
 *
 * <p>A row counts as acknowledged at the first look at the stand-in's counts that shows as many
 * rows as were committed up to it, and as confirmed at the first look at the slot that shows its
 * commit. Both are upper bounds, by the time between two looks.
 *
 * @param committed per row, in nanoseconds of {@link System#nanoTime}, like the others
 * @param acknowledged per row
 * @param confirmed per row
 * @param warmUp rows that do not count
 * @param command what was run
 */
record LatencyRun(
    long[] committed, long[] acknowledged, long[] confirmed, int warmUp, String command) {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  /** Rows written first and not counted: class loading, compilation, the table's creation. */
  private static final int WARM_UP_SECONDS = 10;

  /** Pause between two looks at the stand-in, and at the slot. */
  private static final long LOOK_MILLIS = 4;

  static LatencyRun measure(LocalEnds ends, BenchTable table, int rate, int seconds)
      throws IOException, SQLException, InterruptedException {
    return measure(ends, ends.command().with("snapshot", "never"), "", table, rate, seconds);
  }

  /**
   * The same by another command.
   *
   * @param ready what the program says before the first row may be written
   */
  static LatencyRun measure(
      LocalEnds ends,
      PipelineCommand command,
      String ready,
      BenchTable table,
      int rate,
      int seconds)
      throws IOException, SQLException, InterruptedException {
    int warmUp = rate * WARM_UP_SECONDS;
    int rows = warmUp + rate * seconds;
    long[] committed = new long[rows];
    long[] positions = new long[rows];
    AtomicInteger written = new AtomicInteger();
    try (ChildProcess pipeline = command.start(ends.directory())) {
      Await.until("the reader is connected", DEADLINE, () -> ends.slot().active());
      Await.until("it says " + ready, DEADLINE, () -> pipeline.errors().contains(ready));
      Thread writer =
          new Thread(
              () -> write(ends, table, rate, committed, positions, written), "latency-writer");
      long[] acknowledged = new long[rows];
      long[] confirmed = new long[rows];
      Thread slotWatcher =
          new Thread(() -> watchSlot(ends, positions, written, confirmed), "latency-slot");
      writer.start();
      slotWatcher.start();
      watchStandIn(new AcknowledgedRows(ends, table.destination()), acknowledged);
      writer.join(DEADLINE.toMillis());
      slotWatcher.join(DEADLINE.toMillis());
      if (slotWatcher.isAlive() || !pipeline.isAlive()) {
        throw new IOException("The pipeline does not keep up: " + pipeline.errors().strip());
      }
      return new LatencyRun(committed, acknowledged, confirmed, warmUp, command.describe());
    }
  }

  /** From commit to acknowledgement, sorted. */
  double[] acknowledgedMillis() {
    return millis(acknowledged, committed[warmUp], committed[committed.length - 1]);
  }

  /** From commit to the confirmed slot, sorted. */
  double[] confirmedMillis() {
    return millis(confirmed, committed[warmUp], committed[committed.length - 1]);
  }

  /** From commit to acknowledgement, of the rows committed in that time, sorted. */
  double[] acknowledgedMillis(long fromNanos, long toNanos) {
    return millis(acknowledged, fromNanos, toNanos);
  }

  /** The value that {@code percent} of a hundred do not exceed. */
  static double percentile(double[] sorted, double percent) {
    int index = (int) Math.ceil(percent / 100 * sorted.length) - 1;
    return sorted[Math.max(index, 0)];
  }

  private static void write(
      LocalEnds ends,
      BenchTable table,
      int rate,
      long[] committed,
      long[] positions,
      AtomicInteger written) {
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE);
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO " + table.name() + " VALUES (?, 'x')");
        PreparedStatement position =
            connection.prepareStatement("SELECT pg_current_wal_insert_lsn()")) {
      connection.setAutoCommit(false);
      long started = System.nanoTime();
      for (int i = 0; i < committed.length; i++) {
        LockSupport.parkNanos(started + TimeUnit.SECONDS.toNanos(1) * i / rate - System.nanoTime());
        insert.setLong(1, i);
        insert.executeUpdate();
        committed[i] = System.nanoTime();
        connection.commit();
        positions[i] = position(position);
        connection.commit();
        written.set(i + 1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The writer failed.", e);
    }
  }

  private static long position(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return Lsn.parse(row.getString(1)).value();
    }
  }

  private static void watchStandIn(AcknowledgedRows rows, long[] acknowledged)
      throws IOException, InterruptedException {
    int next = 0;
    long lastProgress = System.nanoTime();
    while (next < acknowledged.length) {
      long count = rows.count();
      long now = System.nanoTime();
      if (count > next) {
        lastProgress = now;
      } else if (now - lastProgress > DEADLINE.toNanos()) {
        throw new IOException("No row was acknowledged for " + DEADLINE.toSeconds() + " s.");
      }
      while (next < count && next < acknowledged.length) {
        acknowledged[next++] = now;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private static void watchSlot(
      LocalEnds ends, long[] positions, AtomicInteger written, long[] confirmed) {
    String sql =
        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '"
            + LocalEnds.SLOT
            + "'";
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = 0;
      while (next < confirmed.length) {
        long slot = position(statement);
        long now = System.nanoTime();
        int until = written.get();
        while (next < until && Long.compareUnsigned(positions[next], slot) <= 0) {
          confirmed[next++] = now;
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The slot cannot be watched.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private double[] millis(long[] to, long fromNanos, long toNanos) {
    return IntStream.range(warmUp, committed.length)
        .filter(i -> committed[i] - fromNanos >= 0 && toNanos - committed[i] >= 0)
        .mapToDouble(i -> (to[i] - committed[i]) / 1e6)
        .sorted()
        .toArray();
  }
}
