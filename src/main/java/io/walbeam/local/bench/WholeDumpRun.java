package io.walbeam.local.bench;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;

/**
 * One initial dump by {@code --snapshot=only}.
 *
 * @param command what was run
 * @param acknowledged rows that the stand-in acknowledged
 * @param dumpingSeconds from the first to the last acknowledged row
 * @param endingSeconds from the last acknowledged row to the end of the process
 * @param totalSeconds from the start of the process to its end
 * @param pipeline CPU seconds of the pipeline's process
 * @param standInCpu CPU seconds of the stand-in while it ran
 * @param serverCpu CPU seconds of the server processes that the dump asked
 * @param peakMegabytes largest resident size of the pipeline's process
 */
record WholeDumpRun(
    String command,
    long acknowledged,
    double dumpingSeconds,
    double endingSeconds,
    double totalSeconds,
    CpuSplit pipeline,
    double standInCpu,
    double serverCpu,
    long peakMegabytes) {
  private static final Duration LONGEST = Duration.ofHours(2);
  private static final String PIPELINE = "pipeline";
  private static final String STAND_IN = "stand-in";

  /** Runs the command until it has dumped the published table and ended. */
  static WholeDumpRun measure(LocalEnds ends, PipelineCommand command, BenchTable table, long rows)
      throws IOException, SQLException, InterruptedException {
    PipelineCommand dump = command.with("snapshot", "only");
    AcknowledgedRows counts = new AcknowledgedRows(ends, table.destination());
    long started = System.nanoTime();
    try (CpuMeter cpu = CpuMeter.start();
        ChildProcess pipeline = dump.start(ends.directory());
        Backends backends = Backends.watch(ends, cpu, "walbeam-dumps:" + LocalEnds.SLOT)) {
      cpu.watchThreadsFromTheirStart(PIPELINE, pipeline.pid());
      cpu.watch(STAND_IN, ends.standIn().process().pid());
      long[] first = new long[1];
      long[] last = new long[1];
      long[] peak = new long[1];
      Await.until(
          "the dump has ended",
          LONGEST,
          () -> {
            long now = counts.count();
            peak[0] = Math.max(peak[0], ThroughputRun.peakMegabytes(pipeline.pid()));
            if (now > 0 && first[0] == 0) {
              first[0] = System.nanoTime();
            }
            if (now >= rows && last[0] == 0) {
              last[0] = System.nanoTime();
            }
            return !pipeline.isAlive();
          });
      long ended = System.nanoTime();
      int exitCode = pipeline.exitCode(LONGEST);
      if (exitCode != 0 || last[0] == 0) {
        throw new IOException(
            "The pipeline ended with exit code " + exitCode + ": " + pipeline.errors().strip());
      }
      return new WholeDumpRun(
          dump.describe(),
          counts.count(),
          (last[0] - first[0]) / 1e9,
          (ended - last[0]) / 1e9,
          (ended - started) / 1e9,
          cpu.split(PIPELINE),
          cpu.seconds(STAND_IN),
          backends.cpuSeconds(),
          peak[0]);
    }
  }
}
