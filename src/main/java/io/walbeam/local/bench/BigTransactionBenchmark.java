package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** One transaction of very many rows through a pipeline with a small heap. */
public final class BigTransactionBenchmark {
  private BigTransactionBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly("rows", "heap");
    int rows = options.number("rows", 5_000_000);
    String heap = "-Xmx" + options.number("heap", 512) + "m";
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      BenchTable table = BenchTable.create(ends);
      Lsn end = table.load(rows, 1);
      ThroughputRun run =
          ThroughputRun.measure(ends, ends.command().withJvmArguments(List.of(heap)), end);
      System.out.printf(Locale.ROOT, "%none transaction of %,d rows%n  %s%n", rows, run.command());
      EndToEndBenchmark.print(run, rows);
      System.out.printf(
          Locale.ROOT,
          "  %,12d rows acknowledged by the stand-in%n",
          new AcknowledgedRows(ends, table.destination()).count());
    }
  }
}
