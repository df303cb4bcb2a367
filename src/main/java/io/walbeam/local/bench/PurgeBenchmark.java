package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How long a TRUNCATE of a large table takes until the slot is past it and no row is left. */
public final class PurgeBenchmark {
  private static final Duration PATIENCE = Duration.ofHours(2);
  private static final String PIPELINE = "pipeline";
  private static final String STAND_IN = "stand-in";

  private PurgeBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly("rows", "heap");
    int rows = options.number("rows", 2_000_000);
    String heap = "-Xmx" + options.number("heap", 512) + "m";
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::storing)) {
      BenchTable table = BenchTable.unpublished(ends, "narrow");
      table.publish();
      table.load(rows, Math.max(1, rows / 1_000_000));
      table.vacuum();
      measure(ends, table, rows, heap);
    }
  }

  private static void measure(LocalEnds ends, BenchTable table, int rows, String heap)
      throws IOException, SQLException, InterruptedException {
    long began = System.nanoTime();
    try (CpuMeter cpu = CpuMeter.start();
        ChildProcess pipeline =
            ends.command()
                .withJvmArguments(List.of(heap))
                .with("truncateLimit", Integer.toString(rows))
                .start(ends.directory())) {
      Await.until(
          "the table is dumped",
          PATIENCE,
          () -> alive(pipeline) && ends.slot().exists() && left(ends, table) == rows);
      System.out.printf(
          Locale.ROOT,
          "%nstoring stand-in, %,d rows of %s, %s, dumped in %.1f s%n",
          rows,
          RowShape.NARROW,
          heap,
          seconds(began));
      cpu.watch(PIPELINE, pipeline.pid());
      cpu.watch(STAND_IN, ends.standIn().process().pid());
      long truncated = System.nanoTime();
      ends.source().execute(ShopSchema.DATABASE, "TRUNCATE " + table.name());
      Lsn end = ends.slot().serverPosition();
      Await.until(
          "the slot is past the truncation",
          PATIENCE,
          () -> alive(pipeline) && ends.slot().isConfirmedTo(end));
      double confirmed = seconds(truncated);
      Await.until("no row is left", PATIENCE, () -> alive(pipeline) && left(ends, table) == 0);
      System.out.printf(
          Locale.ROOT,
          "  %12.1f s from TRUNCATE until the slot is past it%n"
              + "  %12.1f s from TRUNCATE until no row is left%n"
              + "  %12.1f CPU seconds of the pipeline, %.1f of the stand-in%n"
              + "  %,12d MB largest resident size of the pipeline, the dump's too%n",
          confirmed,
          seconds(truncated),
          cpu.seconds(PIPELINE),
          cpu.seconds(STAND_IN),
          ThroughputRun.peakMegabytes(pipeline.pid()));
    }
  }

  private static boolean alive(ChildProcess pipeline) throws IOException {
    if (!pipeline.isAlive()) {
      throw new IOException("The pipeline ended: " + pipeline.errors().strip());
    }
    return true;
  }

  /** Rows of the table at the destination; -1 if it is not there yet. */
  private static long left(LocalEnds ends, BenchTable table) throws InterruptedException {
    String name = "public_" + table.name();
    if (!ends.destination().tables().contains(name)) {
      return -1;
    }
    return Long.parseLong(
        ends.destination()
            .query("SELECT COUNT(*) AS n FROM `" + table.destination() + "`")
            .get(0)
            .require("n"));
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
