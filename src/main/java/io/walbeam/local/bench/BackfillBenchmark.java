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

  /** What reads a table alone: two limits, then a dump over one connection and over two. */
  private static final List<Reading> READERS =
      List.of(
          DumpReaderRun::serverCopy,
          DumpReaderRun::binaryCopy,
          (ends, table) -> DumpReaderRun.dump(ends, table, 1),
          (ends, table) -> DumpReaderRun.dump(ends, table, 2));

  private BackfillBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly(
        "readerRows", "rows", "fewRows", "rounds", "heap", "latencyRows", "rate", "seconds");
    int readerRows = options.number("readerRows", 3_000_000);
    if (readerRows > 0) {
      reader(readerRows);
    }
    int rows = options.number("rows", 2_000_000);
    if (rows > 0) {
      String heap = "-Xmx" + options.number("heap", 512) + "m";
      whole(
          Marginal.measure(
              count -> whole(count, heap),
              rows,
              options.number("fewRows", rows / 4),
              options.number("rounds", ROUNDS)));
    }
    int seconds = options.number("seconds", 60);
    int latencyRows = options.number("latencyRows", 5_000_000);
    if (seconds > 0 && latencyRows > 0) {
      latency(latencyRows, options.number("rate", 1_000), seconds);
    }
  }

  private interface Reading {
    DumpReaderRun run(LocalEnds ends, BenchTable table)
        throws IOException, SQLException, InterruptedException;
  }

  private static void reader(int rows) throws IOException, SQLException, InterruptedException {
    List<DumpReaderRun> best = readings(rows, ROUNDS, READERS);
    System.out.printf(
        Locale.ROOT,
        "%nreader alone, %,d rows of %s, the fastest of %d rounds, %d processors%n",
        rows,
        RowShape.NARROW,
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

  /** Time of a dump's reader over one connection to that of binary COPY over one. */
  static double readerToCopy(int rows, int rounds)
      throws IOException, SQLException, InterruptedException {
    List<DumpReaderRun> best = readings(rows, rounds, READERS.subList(1, 3));
    return best.get(1).seconds() / best.get(0).seconds();
  }

  /** The fastest run of each. */
  private static List<DumpReaderRun> readings(int rows, int rounds, List<Reading> readings)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      BenchTable table = BenchTable.unpublished(ends, "narrow");
      table.publish();
      table.load(rows, 10);
      table.vacuum();
      List<List<DumpReaderRun>> runs = new ArrayList<>();
      for (Reading reading : readings) {
        // Once without counting: compilation here, the page cache there.
        reading.run(ends, table);
        runs.add(new ArrayList<>());
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < readings.size(); i++) {
          runs.get(i).add(readings.get(i).run(ends, table));
        }
      }
      return runs.stream().map(BackfillBenchmark::fastest).toList();
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

  private static WholeDumpRun whole(int rows, String heap)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      BenchTable table = BenchTable.unpublished(ends, "narrow");
      table.publish();
      table.load(rows, Math.max(1, rows / 1_000_000));
      table.vacuum();
      return WholeDumpRun.measure(
          ends, ends.command().withJvmArguments(List.of(heap)), table, rows);
    }
  }

  private static void whole(Marginal<WholeDumpRun> run) {
    System.out.printf(
        Locale.ROOT,
        "%ncounting stand-in, initial dump of rows of %s%n  %s%n",
        RowShape.NARROW,
        run.many().get(0).command());
    run.printRate("from the first to the last acknowledged row", WholeDumpRun::dumpingSeconds);
    run.printRate("from the start of the process to its end", WholeDumpRun::totalSeconds);
    run.printCpu("pipeline", WholeDumpRun::pipeline);
    run.printSeconds("stand-in", WholeDumpRun::standInCpu);
    run.printSeconds("server processes of the dump", WholeDumpRun::serverCpu);
    System.out.printf(
        Locale.ROOT,
        "  %12.1f s from the last acknowledged row to the end of the process%n"
            + "  %,12.0f MB largest resident size of the pipeline%n"
            + "  %,12.0f rows acknowledged by the stand-in%n",
        run.median(WholeDumpRun::endingSeconds),
        run.median(WholeDumpRun::peakMegabytes),
        run.median(WholeDumpRun::acknowledged));
  }

  private static void latency(int rows, int rate, int seconds)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      DumpLatency.Unpublished first = unpublished(ends, "dumped_first", FIRST_DUMP_ROWS);
      DumpLatency.Unpublished counted = unpublished(ends, "dumped", rows);
      BenchTable streamed = BenchTable.create(ends);
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
    BenchTable table = BenchTable.unpublished(ends, name);
    table.load(rows, Math.max(1, rows / 1_000_000));
    table.vacuum();
    return new DumpLatency.Unpublished(table, rows);
  }
}
