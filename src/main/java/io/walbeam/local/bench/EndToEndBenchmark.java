package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;

/**
 * From the slot to the receipts: rows a second and CPU seconds by process for a full slot, and the
 * time of a single row at a steady rate, with the stand-in counting and with the stand-in storing.
 */
public final class EndToEndBenchmark {
  private static final int LOAD_TRANSACTIONS = 100;

  private EndToEndBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    String recorded = options.text("replay", "");
    if (!recorded.isEmpty()) {
      options.without("replay").allowOnly("rows", "rounds");
      ReplayBenchmark.run(
          Path.of(recorded), options.number("rows", 1_000_000), options.number("rounds", 3));
      return;
    }
    BenchDestination destination = BenchDestination.of(options);
    options
        .without("destination")
        .without("fileFormat")
        .without("orderingKeys")
        .allowOnly("rows", "fewRows", "rounds", "wideRows", "storedRows", "rate", "seconds");
    int rounds = options.number("rounds", 3);
    int rows = options.number("rows", 4_000_000);
    if (rows > 0) {
      marginal(destination, RowShape.NARROW, rows, options.number("fewRows", rows / 4), rounds);
    }
    int wideRows = options.number("wideRows", rows / 4);
    if (wideRows > 0) {
      marginal(destination, RowShape.WIDE, wideRows, wideRows / 4, rounds);
    }
    if (!destination.isBigQuery()) {
      return;
    }
    int storedRows = options.number("storedRows", rows / 2);
    if (storedRows > 0) {
      System.out.printf(
          Locale.ROOT, "%nstoring stand-in, %,d rows of %s%n", storedRows, RowShape.NARROW);
      print(throughput(destination, StandIn::storing, RowShape.NARROW, storedRows), storedRows);
    }
    int seconds = options.number("seconds", 30);
    if (seconds > 0) {
      latency(options.number("rate", 1_000), seconds);
    }
  }

  private static void marginal(
      BenchDestination destination, RowShape shape, int rows, int fewRows, int rounds)
      throws IOException, SQLException, InterruptedException {
    Marginal<ThroughputRun> run =
        Marginal.measure(
            count -> throughput(destination, StandIn::counting, shape, count),
            rows,
            fewRows,
            rounds);
    System.out.printf(
        Locale.ROOT,
        "%n%s, rows of %s in %d transactions%n  %s%n",
        destination.describe(),
        shape,
        LOAD_TRANSACTIONS,
        run.many().get(0).command());
    run.printRate(
        "from the connected reader to the confirmed slot", ThroughputRun::streamingSeconds);
    run.printCpu("pipeline", ThroughputRun::pipeline);
    run.printSeconds("stand-in", ThroughputRun::standInCpu);
    run.printSeconds("walsender", ThroughputRun::walsenderCpu);
    System.out.printf(
        Locale.ROOT,
        "  %12.1f CPU seconds of the pipeline before its reader was connected%n"
            + "  %,12.0f MB largest resident size of the pipeline%n",
        run.median(ThroughputRun::startCpu),
        run.median(ThroughputRun::peakMegabytes));
  }

  /** Full slots drained into a counting stand-in. */
  static Marginal<ThroughputRun> drained(RowShape shape, int rows, int fewRows, int rounds)
      throws IOException, SQLException, InterruptedException {
    return Marginal.measure(
        count -> throughput(BenchDestination.BIGQUERY, StandIn::counting, shape, count),
        rows,
        fewRows,
        rounds);
  }

  private static ThroughputRun throughput(
      BenchDestination destination, LocalEnds.StandInStart standIn, RowShape shape, int rows)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends = LocalEnds.start(Installation.ofRunningProgram(), files.path(), standIn)) {
      Lsn end = BenchTable.create(ends, shape).load(rows, LOAD_TRANSACTIONS);
      return destination.run(ends, command -> ThroughputRun.measure(ends, command, end));
    }
  }

  /** The figures of one run, aligned. */
  static void print(ThroughputRun run, int rows) {
    double millions = rows / 1e6;
    System.out.printf(
        Locale.ROOT,
        "  %,12.0f rows/s from the connected reader to the confirmed slot (%.1f s; process %.1f"
            + " s)%n",
        rows / run.streamingSeconds(),
        run.streamingSeconds(),
        run.totalSeconds());
    cpu("pipeline", run.pipeline().sum(), millions);
    System.out.printf(
        Locale.ROOT,
        "  %12s of these JIT %.1f, GC %.1f, work %.1f%n",
        "",
        run.pipeline().jit(),
        run.pipeline().garbage(),
        run.pipeline().work());
    cpu("stand-in", run.standInCpu(), millions);
    cpu("walsender", run.walsenderCpu(), millions);
    System.out.printf(
        Locale.ROOT,
        "  %12.1f CPU seconds of the pipeline before its reader was connected%n",
        run.startCpu());
    System.out.printf(
        Locale.ROOT, "  %,12d MB largest resident size of the pipeline%n", run.peakMegabytes());
  }

  static void cpu(String process, double seconds, double millions) {
    System.out.printf(
        Locale.ROOT,
        "  %12.1f CPU seconds, %.1f a million rows: %s%n",
        seconds,
        seconds / millions,
        process);
  }

  private static void latency(int rate, int seconds)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      LatencyRun run = LatencyRun.measure(ends, BenchTable.create(ends), rate, seconds);
      System.out.printf(
          Locale.ROOT,
          "%ncounting stand-in, %,d single-row transactions a second for %d s%n  %s%n",
          rate,
          seconds,
          run.command());
      percentiles("from COMMIT to the row acknowledged", run.acknowledgedMillis());
      percentiles("from COMMIT to the slot confirmed", run.confirmedMillis());
    }
  }

  static void percentiles(String what, double[] sorted) {
    System.out.printf(
        Locale.ROOT,
        "  p50 %,8.1f ms   p95 %,8.1f ms   p99 %,8.1f ms   max %,8.1f ms  %s%n",
        LatencyRun.percentile(sorted, 50),
        LatencyRun.percentile(sorted, 95),
        LatencyRun.percentile(sorted, 99),
        LatencyRun.percentile(sorted, 100),
        what);
  }
}
