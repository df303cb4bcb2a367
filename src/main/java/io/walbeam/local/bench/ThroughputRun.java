package io.walbeam.local.bench;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/**
 * One drain of a full slot by {@code --stopAt=now}.
 *
 * @param command what was run
 * @param streamingSeconds from the connected reader to the confirmed slot
 * @param totalSeconds from the start of the process to its end
 * @param startCpu CPU seconds of the pipeline's process until its reader was connected
 * @param pipeline CPU seconds of the pipeline's process after that
 * @param standInCpu CPU seconds of the stand-in while it ran
 * @param walsenderCpu CPU seconds of the server process that reads the log
 * @param peakMegabytes largest resident size of the pipeline's process
 */
record ThroughputRun(
    String command,
    double streamingSeconds,
    double totalSeconds,
    double startCpu,
    CpuSplit pipeline,
    double standInCpu,
    double walsenderCpu,
    long peakMegabytes) {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration DRAIN = Duration.ofHours(1);
  private static final String PIPELINE = "pipeline";
  private static final String STAND_IN = "stand-in";
  private static final String WALSENDER = "walsender";

  /** Runs the command until everything before {@code end} is confirmed to the slot. */
  static ThroughputRun measure(LocalEnds ends, PipelineCommand command, Lsn end)
      throws IOException, SQLException, InterruptedException {
    long started = System.nanoTime();
    try (CpuMeter cpu = CpuMeter.start();
        ChildProcess pipeline =
            command.with("snapshot", "never").with("stopAt", "now").start(ends.directory())) {
      cpu.watch(PIPELINE, pipeline.pid());
      cpu.watch(STAND_IN, ends.standIn().process().pid());
      Await.until("the reader is connected", START, () -> alive(pipeline) && ends.slot().active());
      long streaming = System.nanoTime();
      double startCpu = cpu.seconds(PIPELINE);
      cpu.watchThreads(PIPELINE, pipeline.pid());
      ends.source()
          .query(
              ShopSchema.DATABASE,
              "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '"
                  + LocalEnds.SLOT
                  + "'")
          .ifPresent(pid -> cpu.watch(WALSENDER, Long.parseLong(pid)));
      long[] peak = new long[1];
      Await.until(
          "the slot is confirmed",
          DRAIN,
          () -> {
            peak[0] = Math.max(peak[0], peakMegabytes(pipeline.pid()));
            return ends.slot().isConfirmedTo(end) || !alive(pipeline);
          });
      long confirmed = System.nanoTime();
      int exitCode = pipeline.exitCode(START);
      if (exitCode != 0 || !ends.slot().isConfirmedTo(end)) {
        throw new IOException(
            "The pipeline ended with exit code " + exitCode + ": " + pipeline.errors().strip());
      }
      return new ThroughputRun(
          command.with("snapshot", "never").with("stopAt", "now").describe(),
          (confirmed - streaming) / 1e9,
          (System.nanoTime() - started) / 1e9,
          startCpu,
          cpu.split(PIPELINE),
          cpu.seconds(STAND_IN),
          cpu.seconds(WALSENDER),
          peak[0]);
    }
  }

  private static boolean alive(ChildProcess pipeline) throws IOException {
    return pipeline.isAlive();
  }

  /** VmHWM of {@code /proc/PID/status}; 0 if the process has ended. */
  static long peakMegabytes(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
