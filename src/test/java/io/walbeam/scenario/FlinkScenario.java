package io.walbeam.scenario;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.FlinkCluster;
import io.walbeam.local.demo.FlinkJobs;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.ShopWorkload;
import io.walbeam.local.demo.WorkloadRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Both ends and a Flink cluster between them: one job manager, several task managers. */
final class FlinkScenario implements AutoCloseable {
  private static final int CHANGES_PER_SECOND = 300;

  /** For tests that freeze none: they are not about a busy machine. */
  static final Duration PATIENT = Duration.ofSeconds(50);

  private final Scenario scenario;
  private final FlinkCluster cluster;

  /** One for all runs: it knows the keys that it has used. */
  private final ShopWorkload shop = new ShopWorkload(1);

  private FlinkScenario(Scenario scenario, FlinkCluster cluster) {
    this.scenario = scenario;
    this.cluster = cluster;
  }

  /** With task managers that count as lost once they are silent for so long. */
  static FlinkScenario start(Path directory, int taskManagers, Duration silence) throws Exception {
    Scenario scenario = Scenario.start(directory);
    try {
      return new FlinkScenario(
          scenario,
          FlinkCluster.start(
              scenario.command(), directory.resolve("flink"), taskManagers, silence));
    } catch (Exception e) {
      scenario.close();
      throw e;
    }
  }

  Scenario scenario() {
    return scenario;
  }

  FlinkCluster cluster() {
    return cluster;
  }

  FlinkJobs jobs() {
    return cluster.jobs();
  }

  /** The command on the cluster. */
  PipelineCommand command(int parallelism) throws IOException {
    return cluster.on(scenario.command(), parallelism);
  }

  /** Submits a job and returns its identifier once every task of it runs. */
  Submitted submit(PipelineCommand command) throws Exception {
    ChildProcess launcher = scenario.startProcess(command);
    try {
      Await.until(
          "a job is submitted",
          Scenario.DEADLINE,
          () -> {
            scenario.assertRunning(launcher);
            return jobs().active().isPresent();
          });
      String job = jobs().active().orElseThrow();
      awaitRunning(job);
      return new Submitted(job, launcher);
    } catch (Exception | AssertionError e) {
      launcher.close();
      throw e;
    }
  }

  /** A job and the process that waits for its end. */
  record Submitted(String job, ChildProcess launcher) implements AutoCloseable {
    @Override
    public void close() {
      launcher.close();
    }
  }

  void awaitRunning(String job) throws Exception {
    Await.until("every task runs", Scenario.DEADLINE, () -> jobs().isRunning(job));
  }

  /** Returns when {@code more} further checkpoints of the job have failed. */
  void awaitFailedCheckpoints(String job, int more) throws Exception {
    int before = jobs().checkpoints(job).failed();
    Await.until(
        more + " more checkpoints fail",
        Scenario.DEADLINE,
        () -> jobs().checkpoints(job).failed() >= before + more);
  }

  /** Returns when everything written so far is confirmed to the slot. */
  void awaitConfirmation() throws Exception {
    Lsn end = scenario.slot().serverPosition();
    Await.until(
        "the slot is confirmed up to " + end,
        Scenario.DEADLINE,
        () -> scenario.slot().isConfirmedTo(end));
  }

  /** Cancels the job and waits until it is gone and the slot free. */
  void cancel(Submitted submitted) throws Exception {
    jobs().cancel(submitted.job());
    awaitEnd(submitted);
  }

  void awaitEnd(Submitted submitted) throws Exception {
    Await.until("the job ends", Scenario.DEADLINE, () -> jobs().active().isEmpty());
    submitted.launcher().exitCode(Scenario.DEADLINE);
    awaitNothingConnected();
  }

  /** Task managers outlive jobs; what a job opened there must not. */
  private void awaitNothingConnected() throws Exception {
    Await.until(
        "no connection of the job is left",
        Scenario.DEADLINE,
        () ->
            scenario
                .query(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'walbeam%'"
                        + " AND application_name <> 'walbeam-demo'")
                .equals(Optional.of("0")));
  }

  /** No job, and so many task managers: whatever the test before has left. */
  void reset(int taskManagers) throws Exception {
    Optional<String> left = jobs().active();
    if (left.isPresent()) {
      jobs().cancel(left.get());
      Await.until("the job ends", Scenario.DEADLINE, () -> jobs().active().isEmpty());
    }
    while (cluster.taskManagers().size() < taskManagers) {
      cluster.addTaskManager(cluster.taskManagers().size() + 1);
    }
  }

  /** Publication and slot, so that everything the workload does is in the stream. */
  void createSlot() throws Exception {
    scenario.execute(
        "CREATE PUBLICATION " + scenario.name() + " FOR ALL TABLES",
        "SELECT pg_create_logical_replication_slot('" + scenario.name() + "', 'pgoutput')");
  }

  /** Goes on with the workload; one at a time. */
  WorkloadRunner workload() {
    return WorkloadRunner.start(scenario.source(), ShopSchema.DATABASE, shop, CHANGES_PER_SECOND);
  }

  /** Returns when the workload has committed {@code count} more transactions. */
  static void awaitTransactions(WorkloadRunner workload, int count) throws Exception {
    long before = workload.transactions();
    Await.until("rows change", Scenario.DEADLINE, () -> workload.transactions() >= before + count);
  }

  /** The task manager process that holds the slot's connection. */
  ChildProcess readingTaskManager() throws Exception {
    Optional<String> port =
        scenario.query(
            "SELECT a.client_port FROM pg_stat_activity a JOIN pg_replication_slots s"
                + " ON s.active_pid = a.pid WHERE s.slot_name = '"
                + scenario.name()
                + "'");
    String hexPort = String.format("%04X", Integer.parseInt(port.orElseThrow()));
    for (ChildProcess process : cluster.taskManagers()) {
      if (Sockets.ownsLocalPort(process.pid(), hexPort)) {
        return process;
      }
    }
    throw new AssertionError("no task manager holds the slot");
  }

  @Override
  public void close() throws IOException, SQLException {
    cluster.close();
    scenario.close();
  }
}
