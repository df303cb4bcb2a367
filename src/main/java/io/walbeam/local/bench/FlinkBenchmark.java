package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.FlinkCluster;
import io.walbeam.local.demo.FlinkJobs;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The drain of a full slot of narrow rows on a Flink cluster of separate processes, at parallelism
 * 1 and 2, on as many task managers: rows a second and CPU seconds by process.
 */
public final class FlinkBenchmark {
  private static final int LOAD_TRANSACTIONS = 100;
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration DRAIN = Duration.ofHours(1);

  private FlinkBenchmark() {}

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly("rows", "answerMillis");
    int rows = options.number("rows", 2_000_000);
    int answerMillis = options.number("answerMillis", 0);
    for (int parallelism = 1; parallelism <= 2; parallelism++) {
      run(rows, parallelism, answerMillis);
    }
  }

  private static void run(int rows, int parallelism, int answerMillis)
      throws IOException, SQLException, InterruptedException {
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::counting);
        FlinkCluster cluster =
            FlinkCluster.start(ends.command(), files.path().resolve("flink"), parallelism)) {
      if (answerMillis > 0) {
        ends.standIn()
            .arm(
                "{\"kind\": \"SLOW\", \"table\": \"*\", \"durationMillis\": " + answerMillis + "}");
      }
      Lsn end = BenchTable.create(ends).load(rows, LOAD_TRANSACTIONS);
      PipelineCommand command = cluster.on(ends.command(), parallelism);
      try (CpuMeter cpu = CpuMeter.start();
          ChildProcess launcher = command.start(ends.directory())) {
        Await.until("the reader is connected", START, () -> alive(launcher, ends.slot().active()));
        long connected = System.nanoTime();
        List<String> names = watch(cpu, cluster, ends);
        Await.until(
            "the slot is confirmed",
            DRAIN,
            () -> alive(launcher, true) && ends.slot().isConfirmedTo(end));
        double seconds = (System.nanoTime() - connected) / 1e9;
        System.out.printf(
            Locale.ROOT,
            "%ncounting stand-in, %,d rows of int8 and char(84), Flink with parallelism %d%n  %s%n"
                + "  %,12.0f rows/s from the connected reader to the confirmed slot (%.1f s)%n",
            rows,
            parallelism,
            command.describe(),
            rows / seconds,
            seconds);
        printCheckpoints(cluster.jobs());
        for (String name : names) {
          System.out.printf(
              Locale.ROOT,
              "  %12.1f CPU seconds, %.1f a million rows: %s%n",
              cpu.seconds(name),
              cpu.seconds(name) / (rows / 1e6),
              name);
        }
      }
    }
  }

  private static void printCheckpoints(FlinkJobs jobs) throws IOException, InterruptedException {
    Optional<String> job = jobs.active();
    if (job.isPresent()) {
      FlinkJobs.Checkpoints counts = jobs.checkpoints(job.get());
      Map<String, Integer> reasons = jobs.failures(job.get());
      int begun = reasons.values().stream().mapToInt(Integer::intValue).sum();
      System.out.printf(
          Locale.ROOT,
          "  %12d checkpoints were completed, %d failed, %d of them before they began%n",
          counts.completed(),
          counts.failed(),
          counts.failed() - begun);
      reasons.forEach(
          (reason, count) -> System.out.printf(Locale.ROOT, "  %12d %s%n", count, reason));
    }
  }

  private static List<String> watch(CpuMeter cpu, FlinkCluster cluster, LocalEnds ends) {
    List<String> names = new ArrayList<>();
    List<ChildProcess> processes = new ArrayList<>(cluster.taskManagers());
    processes.add(cluster.jobManager());
    processes.add(ends.standIn().process());
    for (ChildProcess process : processes) {
      cpu.watch(process.name(), process.pid());
      names.add(process.name());
    }
    return names;
  }

  private static boolean alive(ChildProcess launcher, boolean answer) throws IOException {
    if (!launcher.isAlive()) {
      throw new IOException("The launcher ended: " + launcher.errors().strip());
    }
    return answer;
  }
}
