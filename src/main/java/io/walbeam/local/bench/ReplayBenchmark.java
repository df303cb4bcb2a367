package io.walbeam.local.bench;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import io.walbeam.sink.Sink;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.bigquery.BigQueryDestination;
import io.walbeam.sink.bigquery.BigQuerySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How writing grows with cores when reading costs nothing: a recorded stream, from batches in
 * memory to rows that are only counted, and to rows that the counting stand-in has acknowledged, in
 * one thread, two, four and so on up to the cores of this machine.
 */
final class ReplayBenchmark {
  private static final int LOAD_TRANSACTIONS = 100;

  /** Compilers need it, with one thread and with more. */
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final String THIS = "this JVM";
  private static final String STAND_IN = "stand-in";

  private final int rows;
  private final int rounds;

  private ReplayBenchmark(int rows, int rounds) {
    this.rows = rows;
    this.rounds = rounds;
  }

  /**
   * Measures and prints.
   *
   * @param file the recorded stream; it is made if it is not there
   */
  static void run(Path file, int rows, int rounds)
      throws IOException, SQLException, InterruptedException {
    // The parts of a job tell of their work, here in one process with what is measured.
    Logger.getLogger("").setLevel(Level.SEVERE);
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting)) {
      BenchTable table = BenchTable.create(ends);
      if (!Files.exists(file)) {
        Lsn end = table.load(rows, LOAD_TRANSACTIONS);
        RecordedStream.record(DumpReaderRun.replication(ends), end, file);
      }
      List<ChangeBatch> batches = RecordedStream.read(file);
      int changes = batches.stream().mapToInt(ChangeBatch::changes).sum();
      System.out.printf(
          Locale.ROOT, "%,d changes of %s in %d batches%n", changes, file, batches.size());
      new ReplayBenchmark(changes, rounds).measure(ends, batches);
    }
  }

  private void measure(LocalEnds ends, List<ChangeBatch> batches)
      throws IOException, InterruptedException {
    BigQuerySettings settings =
        new BigQuerySettings(
            LocalEnds.PROJECT,
            LocalEnds.DATASET,
            "",
            ends.standIn().endpoint(),
            BigQuerySettings.DEFAULT_DEAD_LETTER_TABLE,
            "walbeam:bench");
    try (Sink sink = new BigQueryDestination(settings).open()) {
      System.out.printf(Locale.ROOT, "%nto encoded rows that are counted%n");
      measure(ends, batches, sink, new CountingEnds().sink());
      System.out.printf(Locale.ROOT, "%nto rows that the counting stand-in has acknowledged%n");
      measure(ends, batches, sink, sink.tables());
    }
  }

  private void measure(LocalEnds ends, List<ChangeBatch> batches, Sink sink, TableSink tables)
      throws IOException, InterruptedException {
    try (ReplayedWriting writing =
        new ReplayedWriting(DumpReaderRun.replication(ends), sink, tables)) {
      int cores = Runtime.getRuntime().availableProcessors();
      // Compilers have had their say before anything is measured.
      long warm = System.nanoTime() + WARM_UP_NANOS;
      while (System.nanoTime() - warm < 0) {
        writing.run(batches, 1);
        writing.run(batches, cores);
      }
      for (int threads = 1; threads < cores; threads *= 2) {
        measure(ends, batches, writing, threads);
      }
      measure(ends, batches, writing, cores);
    }
  }

  private void measure(
      LocalEnds ends, List<ChangeBatch> batches, ReplayedWriting writing, int threads)
      throws InterruptedException {
    double[] seconds = new double[rounds];
    double[] cpuSeconds = new double[rounds];
    double[] standInSeconds = new double[rounds];
    double[] allocated = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      try (CpuMeter cpu = CpuMeter.start()) {
        cpu.watch(THIS, ProcessHandle.current().pid());
        cpu.watch(STAND_IN, ends.standIn().process().pid());
        long before = writing.allocated();
        long began = System.nanoTime();
        writing.run(batches, threads);
        seconds[round] = (System.nanoTime() - began) / 1e9;
        allocated[round] = writing.allocated() - before;
        cpuSeconds[round] = cpu.seconds(THIS);
        standInSeconds[round] = cpu.seconds(STAND_IN);
      }
    }
    double millions = rows / 1e6;
    System.out.printf(
        Locale.ROOT,
        "  %2d threads: %,12.0f rows/s, %.2f CPU seconds a million rows, the stand-in %.2f, %.0f"
            + " bytes allocated a row; median of %d%n",
        threads,
        rows / Marginal.median(seconds),
        Marginal.median(cpuSeconds) / millions,
        Marginal.median(standInSeconds) / millions,
        Marginal.median(allocated) / rows,
        rounds);
  }
}
