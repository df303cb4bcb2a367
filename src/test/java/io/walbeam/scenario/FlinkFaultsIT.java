package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.WorkloadRunner;
import io.walbeam.scenario.FlinkScenario.Submitted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of a distributed run, each under load and each with equal tables at the end. The reader,
 * the writers and the end of the pipeline are on two task managers, each a process of its own. In a
 * build with {@code -Pflink} only.
 */
class FlinkFaultsIT {
  /** A frozen task manager is given up after it. */
  private static final Duration SILENCE = Duration.ofSeconds(12);

  @TempDir private static Path directory;
  private static FlinkScenario flink;

  @BeforeAll
  static void start() throws Exception {
    flink = FlinkScenario.start(directory, 2, SILENCE);
    flink.createSlot();
  }

  @AfterAll
  static void stop() throws Exception {
    flink.close();
  }

  @BeforeEach
  void reset() throws Exception {
    flink.reset(2);
  }

  @Test
  void nothingIsLostWhenTheReadingTaskManagerIsKilled() throws Exception {
    try (Submitted job = flink.submit(flink.command(4));
        WorkloadRunner workload = flink.workload()) {
      FlinkScenario.awaitTransactions(workload, 100);
      flink.awaitConfirmation();
      flink.readingTaskManager().kill();
      flink.cluster().addTaskManager(2);
      flink.awaitRunning(job.job());
      FlinkScenario.awaitTransactions(workload, 100);
      workload.stop();
      finish(job);
    }
  }

  @Test
  void nothingIsLostWhileConnectionsCheckpointsAndTheDestinationFail() throws Exception {
    try (Submitted job = flink.submit(flink.command(4));
        WorkloadRunner workload = flink.workload()) {
      FlinkScenario.awaitTransactions(workload, 100);
      flink
          .scenario()
          .source()
          .execute(
              ShopSchema.DATABASE,
              "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                  + " WHERE slot_name = '"
                  + flink.scenario().name()
                  + "'",
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE application_name LIKE 'walbeam:confirmed:%'");
      flink.awaitConfirmation();

      failCheckpoints(job.job());
      flink.awaitConfirmation();

      flink.scenario().standIn().kill();
      flink.awaitFailedCheckpoints(job.job(), 1);
      Lsn stuck = flink.scenario().slot().confirmed().orElseThrow();
      flink.awaitFailedCheckpoints(job.job(), 1);
      assertThat(flink.scenario().slot().confirmed()).hasValue(stuck);
      flink.scenario().standIn().restart();
      FlinkScenario.awaitTransactions(workload, 100);
      workload.stop();
      finish(job);
    }
  }

  @Test
  void aSavepointIsGoneOnWithAtAnotherParallelism() throws Exception {
    String savepoint;
    try (WorkloadRunner workload = flink.workload()) {
      try (Submitted job = flink.submit(flink.command(4))) {
        FlinkScenario.awaitTransactions(workload, 100);
        savepoint = flink.jobs().stop(job.job());
        flink.awaitEnd(job);
      }
      FlinkScenario.awaitTransactions(workload, 100);
      try (Submitted job = flink.submit(flink.command(1).with("savepointPath", savepoint))) {
        FlinkScenario.awaitTransactions(workload, 100);
        workload.stop();
        finish(job);
      }
    }
  }

  @Test
  void anOlderSavepointIsRefusedAndTheSlotAloneLosesNothing() throws Exception {
    try (WorkloadRunner workload = flink.workload()) {
      String savepoint;
      try (Submitted job = flink.submit(flink.command(2))) {
        flink.awaitConfirmation();
        savepoint = flink.jobs().savepoint(job.job());
        FlinkScenario.awaitTransactions(workload, 100);
        flink.awaitConfirmation();
        flink.cancel(job);
      }
      PipelineCommand restored = flink.command(2).with("savepointPath", savepoint);
      try (ChildProcess launcher = flink.scenario().startProcess(restored)) {
        assertThat(launcher.exitCode(Scenario.DEADLINE)).as(launcher.errors()).isEqualTo(3);
        assertThat(launcher.errors()).contains("an old checkpoint was restored");
      }
      Await.until("no job runs", Scenario.DEADLINE, () -> flink.jobs().active().isEmpty());
      try (Submitted job = flink.submit(flink.command(2))) {
        FlinkScenario.awaitTransactions(workload, 100);
        workload.stop();
        finish(job);
      }
    }
  }

  @Test
  void nothingIsLostWhenAFrozenTaskManagerComesBack() throws Exception {
    try (Submitted job = flink.submit(flink.command(2));
        WorkloadRunner workload = flink.workload()) {
      FlinkScenario.awaitTransactions(workload, 100);
      flink.awaitConfirmation();
      ChildProcess zombie = flink.readingTaskManager();
      signal(zombie, "STOP");
      try {
        flink.cluster().awaitTaskManagers(1);
        flink.cluster().addTaskManager(2);
        flink.awaitRunning(job.job());
        FlinkScenario.awaitTransactions(workload, 100);
        flink.awaitConfirmation();
      } finally {
        signal(zombie, "CONT");
      }
      FlinkScenario.awaitTransactions(workload, 100);
      flink.awaitConfirmation();
      assertThat(flink.readingTaskManager().pid()).isNotEqualTo(zombie.pid());
      zombie.kill();
      flink.cluster().awaitTaskManagers(2);
      FlinkScenario.awaitTransactions(workload, 100);
      workload.stop();
      finish(job);
    }
  }

  @Test
  void cancellingLosesNothing() throws Exception {
    try (WorkloadRunner workload = flink.workload()) {
      for (int i = 0; i < 2; i++) {
        try (Submitted job = flink.submit(flink.command(2))) {
          FlinkScenario.awaitTransactions(workload, 100);
          flink.cancel(job);
        }
        flink.scenario().assertSlotNotAheadOfState();
      }
      try (Submitted job = flink.submit(flink.command(2))) {
        workload.stop();
        finish(job);
      }
    }
  }

  /** Everything is confirmed, both sides are equal, and the job goes. */
  private static void finish(Submitted job) throws Exception {
    flink.awaitConfirmation();
    flink.scenario().assertSlotNotAheadOfState();
    flink.scenario().assertEqual();
    flink.cancel(job);
  }

  /** A file stands where the directory of the job's checkpoints was. */
  private static void failCheckpoints(String job) throws Exception {
    Path checkpoints = flink.cluster().checkpoints();
    Path aside = checkpoints.resolveSibling("checkpoints-aside");
    Files.move(checkpoints, aside);
    Files.createFile(checkpoints);
    try {
      flink.awaitFailedCheckpoints(job, 2);
    } finally {
      Files.delete(checkpoints);
      Files.move(aside, checkpoints);
    }
  }

  private static void signal(ChildProcess process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor())
        .isZero();
  }
}
