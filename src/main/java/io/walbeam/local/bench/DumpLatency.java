package io.walbeam.local.bench;

import io.walbeam.local.demo.LocalEnds;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The time of a streamed row while another table is dumped: the latency of the rows that were
 * committed between the first and the last dumped row.
 *
 * <p>A dump of another table comes first and is not counted, so that neither the program nor the
 * stand-in compiles the dump's code while the time is taken.
 *
 * @param whileDumping milliseconds from commit to acknowledgement, sorted
 * @param before the same of the rows between the two dumps
 * @param dumpSeconds how long the dump took
 * @param command what was run
 */
record DumpLatency(double[] whileDumping, double[] before, double dumpSeconds, String command) {
  /** Between two looks at the dump's rows. */
  private static final long LOOK_MILLIS = 20;

  /** Without a dump, before the one that counts. */
  private static final long QUIET_SECONDS = 5;

  /** A table with its rows that is in no publication yet. */
  record Unpublished(BenchTable table, long rows) {}

  /** Measures {@code streamed} at a rate while the others come to the publication in turn. */
  static DumpLatency measure(
      LocalEnds ends,
      BenchTable streamed,
      Unpublished first,
      Unpublished counted,
      int rate,
      int seconds)
      throws IOException, SQLException, InterruptedException {
    Dumping dumping = new Dumping(ends, streamed, first, counted);
    Thread thread = new Thread(dumping, "latency-dump");
    thread.setDaemon(true);
    thread.start();
    LatencyRun run =
        LatencyRun.measure(
            ends,
            ends.command().with("snapshot", "initial"),
            // Rows of the stream that its own dump brings too would be counted twice.
            "Dumped table public." + streamed.name(),
            streamed,
            rate,
            seconds);
    thread.interrupt();
    thread.join();
    long begin = dumping.begin.get();
    long until = dumping.end.get() == 0 ? System.nanoTime() : dumping.end.get();
    double[] during = begin == 0 ? new double[0] : run.acknowledgedMillis(begin, until);
    if (during.length == 0) {
      throw new IOException("No counted row was committed during the dump; give more --seconds.");
    }
    double[] before = run.acknowledgedMillis(dumping.quiet.get(), begin);
    return new DumpLatency(during, before, (until - begin) / 1e9, run.command());
  }

  /** Publishes the tables and notes when their rows arrive, in {@link System#nanoTime}. */
  private static final class Dumping implements Runnable {
    final AtomicLong quiet = new AtomicLong();
    final AtomicLong begin = new AtomicLong();
    final AtomicLong end = new AtomicLong();
    private final AcknowledgedRows streamed;
    private final AcknowledgedRows firstRows;
    private final AcknowledgedRows countedRows;
    private final Unpublished first;
    private final Unpublished counted;

    Dumping(LocalEnds ends, BenchTable streamed, Unpublished first, Unpublished counted) {
      this.streamed = new AcknowledgedRows(ends, streamed.destination());
      this.firstRows = new AcknowledgedRows(ends, first.table().destination());
      this.countedRows = new AcknowledgedRows(ends, counted.table().destination());
      this.first = first;
      this.counted = counted;
    }

    @Override
    public void run() {
      try {
        await(streamed, 1);
        first.table().publishToo();
        await(firstRows, first.rows());
        quiet.set(System.nanoTime());
        TimeUnit.SECONDS.sleep(QUIET_SECONDS);
        counted.table().publishToo();
        await(countedRows, 1);
        begin.set(System.nanoTime());
        await(countedRows, counted.rows());
        end.set(System.nanoTime());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException | SQLException e) {
        throw new IllegalStateException("The dump cannot be watched.", e);
      }
    }

    private static void await(AcknowledgedRows table, long rows)
        throws IOException, InterruptedException {
      while (table.count() < rows) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    }
  }
}
