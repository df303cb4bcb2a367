package io.walbeam.local.bench;

import io.walbeam.local.demo.LocalEnds;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * The time of a streamed row while another table is dumped: the latency of the rows that were
 * committed between the first and the last dumped row.
 *
 * @param whileDumping milliseconds from commit to acknowledgement, sorted
 * @param before the same of the rows before the dump
 * @param dumpSeconds how long the dump took
 * @param command what was run
 */
record DumpLatency(double[] whileDumping, double[] before, double dumpSeconds, String command) {
  /** Between two looks at the dump's rows. */
  private static final long LOOK_MILLIS = 20;

  /**
   * Measures {@code table} at a rate while {@code dumped} with its rows comes to the publication.
   */
  static DumpLatency measure(
      LocalEnds ends, NarrowTable table, NarrowTable dumped, long rows, int rate, int seconds)
      throws IOException, SQLException, InterruptedException {
    long[] begin = new long[1];
    long[] end = new long[1];
    Thread dump = new Thread(() -> dump(ends, table, dumped, rows, begin, end), "latency-dump");
    dump.setDaemon(true);
    dump.start();
    LatencyRun run =
        LatencyRun.measure(
            ends,
            ends.command().with("snapshot", "initial"),
            // Rows of the stream that its own dump brings too would be counted twice.
            "Dumped table public." + table.name(),
            table,
            rate,
            seconds);
    dump.interrupt();
    dump.join();
    long until = end[0] == 0 ? System.nanoTime() : end[0];
    long[] committed = run.committed();
    double[] during = run.acknowledgedMillis(begin[0], until);
    if (begin[0] == 0 || during.length == 0) {
      throw new IOException("No counted row was committed during the dump; give more --seconds.");
    }
    double[] before = run.acknowledgedMillis(committed[run.warmUp()], begin[0]);
    return new DumpLatency(during, before, (until - begin[0]) / 1e9, run.command());
  }

  private static void dump(
      LocalEnds ends, NarrowTable table, NarrowTable dumped, long rows, long[] begin, long[] end) {
    try {
      AcknowledgedRows streamed = new AcknowledgedRows(ends, table.destination());
      AcknowledgedRows counts = new AcknowledgedRows(ends, dumped.destination());
      while (streamed.count() == 0) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      // The pipeline looks for new tables every ten seconds, so the stream is warm by then.
      dumped.publishToo();
      while (end[0] == 0) {
        long now = counts.count();
        if (now > 0 && begin[0] == 0) {
          begin[0] = System.nanoTime();
        }
        if (now >= rows) {
          end[0] = System.nanoTime();
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("The dump cannot be watched.", e);
    }
  }
}
