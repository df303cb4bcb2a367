package io.walbeam.local.bench;

import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Dumps: the reader alone against binary COPY of the same table, a whole table through the finished
 * program with a small heap, and the stream's latency meanwhile.
 */
public final class BackfillBenchmark {
  /** Rounds of the reader; the fastest counts, because other work on the machine only slows. */
  private static final int ROUNDS = 3;

  /** Rows of the dump before the one that the latency is taken beside: enough to compile it. */
  private static final int FIRST_DUMP_ROWS = 3_000_000;

  private BackfillBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly("readerRows", "rows", "heap", "latencyRows", "rate", "seconds");
    int readerRows = options.number("readerRows", 3_000_000);
    if (readerRows > 0) {
      reader(readerRows);
    }
    int rows = options.number("rows", 2_000_000);
    if (rows > 0) {
      whole(rows, "-Xmx" + options.number("heap", 512) + "m");
    }
    int seconds = options.number("seconds", 60);
    int latencyRows = options.number("latencyRows", 5_000_000);
    if (seconds > 0 && latencyRows > 0) {
      latency(latencyRows, options.number("rate", 1_000), seconds);
    }
  }

  private interface Reading {
    DumpReaderRun run() throws IOException, SQLException, InterruptedException;
  }

  private static void reader(int rows) throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      NarrowTable table = NarrowTable.unpublished(ends, "narrow");
      table.publish();
      table.load(rows, 10);
      table.vacuum();
      List<Reading> readings =
          List.of(
              () -> DumpReaderRun.serverCopy(ends, table),
              () -> DumpReaderRun.binaryCopy(ends, table),
              () -> DumpReaderRun.dump(ends, table, 1),
              () -> DumpReaderRun.dump(ends, table, 2));
      List<List<DumpReaderRun>> runs = new ArrayList<>();
      for (Reading reading : readings) {
        // Once without counting: compilation here, the page cache there.
        reading.run();
        runs.add(new ArrayList<>());
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < readings.size(); i++) {
          runs.get(i).add(readings.get(i).run());
        }
      }
      List<DumpReaderRun> best = runs.stream().map(BackfillBenchmark::fastest).toList();
      System.out.printf(
          Locale.ROOT,
          "%nreader alone, %,d rows of int8 and char(84), the fastest of %d rounds, %d processors%n",
          rows,
          ROUNDS,
          Runtime.getRuntime().availableProcessors());
      print("binary COPY by the server to /dev/null", best.get(0));
      print("binary COPY over one connection, thrown away", best.get(1));
      print("dump over one connection, encoded and counted", best.get(2));
      print("dump over two connections, encoded and counted", best.get(3));
      System.out.printf(
          Locale.ROOT,
          "  %12.2f one connection of the dump to binary COPY over one connection%n"
              + "  %12.2f two connections of the dump to one%n",
          best.get(2).rate() / best.get(1).rate(),
          best.get(3).rate() / best.get(2).rate());
    }
  }

  private static DumpReaderRun fastest(List<DumpReaderRun> runs) {
    return runs.stream().min(Comparator.comparingDouble(DumpReaderRun::seconds)).orElseThrow();
  }

  private static void print(String what, DumpReaderRun run) {
    System.out.printf(
        Locale.ROOT,
        "  %,12.0f rows/s, CPU seconds a million rows: server %.2f, client %.2f  %s%n",
        run.rate(),
        run.serverCpu() / (run.rows() / 1e6),
        run.clientCpu() / (run.rows() / 1e6),
        what);
  }

  private static void whole(int rows, String heap)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      NarrowTable table = NarrowTable.unpublished(ends, "narrow");
      table.publish();
      table.load(rows, Math.max(1, rows / 1_000_000));
      table.vacuum();
      WholeDumpRun run =
          WholeDumpRun.measure(ends, ends.command().withJvmArguments(List.of(heap)), table, rows);
      double millions = rows / 1e6;
      System.out.printf(
          Locale.ROOT,
          "%ncounting stand-in, initial dump of %,d rows%n  %s%n"
              + "  %,12.0f rows/s from the first to the last acknowledged row (%.1f s; process"
              + " %.1f s)%n",
          rows,
          run.command(),
          rows / run.dumpingSeconds(),
          run.dumpingSeconds(),
          run.totalSeconds());
      EndToEndBenchmark.cpu("pipeline", run.pipelineCpu(), millions);
      EndToEndBenchmark.cpu("stand-in", run.standInCpu(), millions);
      EndToEndBenchmark.cpu("server processes of the dump", run.serverCpu(), millions);
      System.out.printf(
          Locale.ROOT,
          "  %,12d MB largest resident size of the pipeline%n"
              + "  %,12d rows acknowledged by the stand-in%n",
          run.peakMegabytes(),
          run.acknowledged());
    }
  }

  private static void latency(int rows, int rate, int seconds)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      DumpLatency.Unpublished first = unpublished(ends, "dumped_first", FIRST_DUMP_ROWS);
      DumpLatency.Unpublished counted = unpublished(ends, "dumped", rows);
      NarrowTable streamed = NarrowTable.create(ends);
      DumpLatency latency = DumpLatency.measure(ends, streamed, first, counted, rate, seconds);
      System.out.printf(
          Locale.ROOT,
          "%ncounting stand-in, %,d single-row transactions a second for %d s, %.1f s of them"
              + " beside a dump of %,d rows%n  %s%n",
          rate,
          seconds,
          latency.dumpSeconds(),
          rows,
          latency.command());
      if (latency.before().length > 0) {
        EndToEndBenchmark.percentiles(
            "from COMMIT to the row acknowledged, before the dump", latency.before());
      }
      EndToEndBenchmark.percentiles(
          "from COMMIT to the row acknowledged, while dumping", latency.whileDumping());
    }
  }

  private static DumpLatency.Unpublished unpublished(LocalEnds ends, String name, int rows)
      throws SQLException {
    NarrowTable table = NarrowTable.unpublished(ends, name);
    table.load(rows, Math.max(1, rows / 1_000_000));
    table.vacuum();
    return new DumpLatency.Unpublished(table, rows);
  }
}
