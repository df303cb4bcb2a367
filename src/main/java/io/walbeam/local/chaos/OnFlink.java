package io.walbeam.local.chaos;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.FlinkCluster;
import io.walbeam.local.demo.PipelineCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The program as a job on a Flink cluster of separate processes. The launcher waits for its job, so
 * whoever starts it again submits the job again, without a savepoint. Not thread-safe.
 */
final class OnFlink implements Deployment {
  private static final int TASK_MANAGERS = 2;

  /** One slot of each task manager, so that a job that is on its way out leaves room. */
  private static final int PARALLELISM = 2;

  /** Longest time of a fault that lasts; twice the cluster's patience and more. Seconds. */
  private static final int LONG = 15;

  /** For the cluster to do what it is asked to. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** For a launcher to notice that its job is gone with the job manager. */
  private static final Duration NOTICING = Duration.ofSeconds(20);

  private final ChaosEnds ends;
  private final FlinkCluster cluster;
  private final Supervisor supervisor;
  private final Signals signals = new Signals();

  private OnFlink(ChaosEnds ends, FlinkCluster cluster) {
    this.ends = ends;
    this.cluster = cluster;
    this.supervisor = new Supervisor(this::command, ends.directory());
  }

  static OnFlink start(ChaosEnds ends) throws IOException, InterruptedException {
    return new OnFlink(
        ends, FlinkCluster.start(ends.command(), ends.directory().resolve("flink"), TASK_MANAGERS));
  }

  private PipelineCommand command() throws IOException {
    return cluster.on(ends.command(), PARALLELISM);
  }

  @Override
  public void start() {
    supervisor.start();
  }

  @Override
  public void stop() throws IOException, InterruptedException {
    supervisor.hold();
    cancel();
    // It ends with its job; one that was about to submit another has none.
    supervisor.stop();
    cancel();
  }

  private void cancel() throws IOException, InterruptedException {
    Await.until(
        "no job is left",
        PATIENCE,
        () -> {
          try {
            Optional<String> job = cluster.jobs().active();
            if (job.isPresent() && !cluster.jobs().state(job.get()).equals("CANCELLING")) {
              cluster.jobs().cancel(job.get());
            }
            return job.isEmpty();
          } catch (IOException e) {
            // Busy, or the job has ended meanwhile: looked at again.
            return false;
          }
        });
  }

  @Override
  public Map<Integer, Integer> exits() {
    return supervisor.exits();
  }

  @Override
  public ChildProcess finish(Path files) throws IOException {
    return command().with("stopAt", "now").start(files);
  }

  @Override
  public List<FaultCase> faults() {
    return List.of(
        FaultCase.once(Subject.PROGRAM, "task manager killed", this::killTaskManager),
        new FaultCase(
            Subject.PROGRAM,
            "task manager frozen",
            LONG,
            random -> signals.stop(taskManager(random).pid()),
            random -> thaw()),
        FaultCase.once(Subject.PROGRAM, "job manager killed", random -> killJobManager()),
        new FaultCase(
            Subject.PROGRAM,
            "job manager frozen",
            LONG,
            random -> signals.stop(cluster.jobManager().pid()),
            random -> thaw()),
        FaultCase.once(
            Subject.PROGRAM,
            "job cancelled",
            random -> {
              Optional<String> job = cluster.jobs().active();
              if (job.isPresent()) {
                cluster.jobs().cancel(job.get());
              }
            }),
        FaultCase.once(
            Subject.PROGRAM, "job gone on with from a savepoint", this::stopWithSavepoint),
        new FaultCase(
            Subject.PROGRAM,
            "checkpoints fail",
            LONG,
            random -> {
              Files.move(cluster.checkpoints(), aside());
              Files.createFile(cluster.checkpoints());
            },
            random -> {
              Files.delete(cluster.checkpoints());
              Files.move(aside(), cluster.checkpoints());
            }));
  }

  private Path aside() {
    return cluster.checkpoints().resolveSibling("checkpoints-aside");
  }

  private ChildProcess taskManager(Random random) {
    List<ChildProcess> alive = cluster.taskManagers();
    return alive.get(random.nextInt(alive.size()));
  }

  private void killTaskManager(Random random) throws IOException, InterruptedException {
    taskManager(random).kill();
    complete();
  }

  private void thaw() throws IOException, InterruptedException {
    signals.resume();
    complete();
  }

  private void killJobManager() throws IOException, InterruptedException {
    cluster.replaceJobManager();
    complete();
    supervisor.endWithin(NOTICING);
  }

  /** As many task managers as in the beginning, and all of them known to the job manager. */
  private void complete() throws IOException, InterruptedException {
    try {
      launchMissing();
    } catch (IllegalStateException e) {
      // One that lives and does not come back, as an operator would treat it.
      for (ChildProcess alive : cluster.taskManagers()) {
        alive.kill();
      }
      launchMissing();
    }
  }

  private void launchMissing() throws IOException, InterruptedException {
    while (cluster.taskManagers().size() < TASK_MANAGERS) {
      cluster.launchAnother();
    }
    cluster.awaitTaskManagers(TASK_MANAGERS);
  }

  /** A job that cannot make one now, because an end is away, goes on as it is. */
  private void stopWithSavepoint(Random random) throws IOException, InterruptedException {
    Optional<String> job = cluster.jobs().active();
    if (job.isEmpty()) {
      return;
    }
    supervisor.hold();
    try {
      String path = cluster.jobs().stop(job.get());
      supervisor.once(
          cluster.on(ends.command(), 1 + random.nextInt(PARALLELISM)).with("savepointPath", path));
    } catch (IOException e) {
      // Said by the cluster's log.
    } finally {
      supervisor.start();
    }
  }

  /** A process of the cluster that was cut off for long may have given up by itself. */
  @Override
  public void heal() throws IOException, InterruptedException {
    signals.resume();
    if (cluster.jobManager().isAlive()) {
      complete();
    } else {
      killJobManager();
    }
  }

  @Override
  public void close() {
    signals.resume();
    supervisor.close();
    cluster.close();
  }
}
