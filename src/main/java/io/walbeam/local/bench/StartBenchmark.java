package io.walbeam.local.bench;

import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.WorkDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a start costs: scheduled runs over an idle slot, and how long an endless one takes until it
 * reads the slot; through the launcher and by the jar alone.
 */
public final class StartBenchmark {
  /** The shell's count of what a process and its children used: seconds, user and system CPU. */
  private static final String TIMED = "TIMEFORMAT='%R %U %S'; time \"$@\"";

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final long LOOK_MILLIS = 10;

  /** How long until a run reads the slot, and the CPU that all of it used until its end. */
  private record Start(double seconds, double cpuSeconds) {}

  private final LocalEnds ends;
  private final Path launcher;

  private StartBenchmark(LocalEnds ends, Path launcher) {
    this.ends = ends;
    this.launcher = launcher;
  }

  public static void main(String[] arguments)
      throws IOException, SQLException, InterruptedException {
    BenchOptions options = BenchOptions.of(arguments);
    options.allowOnly("rounds");
    int rounds = options.number("rounds", 5);
    Path launcher = Path.of("scripts", "walbeam").toAbsolutePath();
    try (WorkDirectory files = WorkDirectory.create("walbeam-bench-");
        LocalEnds ends =
            LocalEnds.start(Installation.ofRunningProgram(), files.path(), StandIn::storing)) {
      StartBenchmark benchmark = new StartBenchmark(ends, launcher);
      // Makes the slot, dumps the tables, and the launcher's archive.
      benchmark.scheduled(true);
      for (boolean launched : List.of(true, false)) {
        String by = launched ? "scripts/walbeam" : "java -jar";
        List<Start> scheduled = new ArrayList<>();
        List<Start> reading = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
          scheduled.add(benchmark.scheduled(launched));
          reading.add(benchmark.reading(launched));
        }
        System.out.printf(
            Locale.ROOT,
            "%-16s a scheduled run over an idle slot %.2f s, CPU %.2f s; until the slot is read"
                + " %.2f s; medians of %d%n",
            by,
            Marginal.median(scheduled, Start::seconds),
            Marginal.median(scheduled, Start::cpuSeconds),
            Marginal.median(reading, Start::seconds),
            rounds);
      }
    }
  }

  private PipelineCommand command() {
    return ends.command().withJvmArguments(List.of());
  }

  private Start scheduled(boolean launched) throws IOException, InterruptedException {
    try (ChildProcess run =
        start(command().with("stopAt", "now"), launched, List.of("bash", "-c", TIMED, "bash"))) {
      int exitCode = run.exitCode(PATIENCE);
      if (exitCode != 0) {
        throw new IllegalStateException(
            "A scheduled run ended with exit code " + exitCode + ": " + run.errors());
      }
      String last = run.errors().lines().reduce("", (first, second) -> second);
      String[] times = last.split(" ", -1);
      return new Start(
          Double.parseDouble(times[0]),
          Double.parseDouble(times[1]) + Double.parseDouble(times[2]));
    }
  }

  private Start reading(boolean launched) throws IOException, SQLException, InterruptedException {
    long began = System.nanoTime();
    try (ChildProcess run = start(command(), launched, List.of())) {
      while (!ends.slot().active()) {
        if (!run.isAlive()) {
          throw new IllegalStateException("A run ended: " + run.errors());
        }
        Thread.sleep(LOOK_MILLIS);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      run.terminate();
      run.exitCode(PATIENCE);
      return new Start(seconds, 0);
    }
  }

  private ChildProcess start(PipelineCommand command, boolean launched, List<String> by)
      throws IOException {
    List<String> line = new ArrayList<>(by);
    if (launched) {
      line.add(launcher.toString());
      line.addAll(command.arguments());
    } else {
      line.addAll(command.commandLine());
    }
    return ChildProcess.start("walbeam", ends.directory(), line, command.environment());
  }
}
