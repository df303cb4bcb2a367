package io.walbeam.local.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Flink session cluster of separate processes on this machine: one job manager, any number of
 * task managers with two slots each. Needs an installation that was built with {@code -Pflink}. Not
 * thread-safe.
 */
public final class FlinkCluster implements AutoCloseable {
  private static final Duration STARTUP = Duration.ofMinutes(3);

  private static final Duration QUICK = Duration.ofSeconds(6);

  /** A checkpoint takes well under a second, unless the destination is down. */
  private static final String CHECKPOINT_TIMEOUT_MILLIS = "5000";

  /** What Flink needs on Java 17; the launcher's jar says so itself. */
  private static final List<String> JVM_ARGUMENTS =
      List.of(
          "--add-opens",
          "java.base/java.lang=ALL-UNNAMED",
          "--add-opens",
          "java.base/java.util=ALL-UNNAMED");

  private static final String JOB_MANAGER =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  private static final String TASK_MANAGER =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";

  private final Installation installation;
  private final Path directory;
  private final Map<String, String> environment;
  private final int port;
  private final FlinkJobs jobs;
  private ChildProcess jobManager;
  private final List<ChildProcess> taskManagers = new ArrayList<>();
  private int started;

  private FlinkCluster(PipelineCommand command, Path directory, Duration silence)
      throws IOException {
    this.installation = command.installation();
    // Workers resolve the password themselves.
    this.environment = command.environment();
    this.directory = Files.createDirectories(directory);
    this.port = freePort();
    this.jobs = new FlinkJobs(port);
    Files.createDirectories(checkpoints());
    Files.createDirectories(temporary());
    Files.writeString(directory.resolve("config.yaml"), configuration(freePort(), silence));
    this.jobManager = launchJobManager();
  }

  /** Starts one that gives up a frozen process within seconds. */
  public static FlinkCluster start(PipelineCommand command, Path directory, int taskManagers)
      throws IOException, InterruptedException {
    return start(command, directory, taskManagers, QUICK);
  }

  /**
   * Starts one with so many task managers.
   *
   * @param command gives installation and environment
   * @param silence after which a process counts as lost; a busy machine keeps one waiting for
   *     seconds
   */
  public static FlinkCluster start(
      PipelineCommand command, Path directory, int taskManagers, Duration silence)
      throws IOException, InterruptedException {
    FlinkCluster cluster = new FlinkCluster(command, directory, silence);
    try {
      for (int i = 0; i < taskManagers; i++) {
        cluster.launchTaskManager();
      }
      cluster.awaitTaskManagers(taskManagers);
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Starts another task manager, and waits until the cluster has {@code expected} of them. */
  public ChildProcess addTaskManager(int expected) throws IOException, InterruptedException {
    ChildProcess added = launchTaskManager();
    awaitTaskManagers(expected);
    return added;
  }

  /** Starts another task manager, and does not wait for it. */
  public void launchAnother() throws IOException {
    ChildProcess unused = launchTaskManager();
  }

  /** The processes of the task managers that were started and are alive. */
  public List<ChildProcess> taskManagers() {
    return taskManagers.stream().filter(ChildProcess::isAlive).toList();
  }

  /**
   * Kills the job manager, which forgets its jobs, and starts another one at the same address. Task
   * managers find it by themselves.
   */
  public void replaceJobManager() throws IOException, InterruptedException {
    jobManager.kill();
    jobManager.close();
    jobManager = launchJobManager();
  }

  /** The process of the job manager. */
  public ChildProcess jobManager() {
    return jobManager;
  }

  /** The jobs, over the job manager's REST interface. */
  public FlinkJobs jobs() {
    return jobs;
  }

  /** Where checkpoints are written. */
  public Path checkpoints() {
    return directory.resolve("checkpoints");
  }

  /** Where savepoints are written. */
  public Path savepoints() {
    return directory.resolve("savepoints");
  }

  /**
   * The command run on this cluster, which has all its jars; Beam wants one to upload nevertheless.
   */
  public PipelineCommand on(PipelineCommand command, int parallelism) {
    return command
        .withJvmArguments(List.of("-Xmx512m", temporaryFiles()))
        .with("runner", "FlinkRunner")
        .with("flinkMaster", "localhost:" + port)
        .with("filesToStage", installation.pipelineJar().toString())
        .with("parallelism", String.valueOf(parallelism))
        .with("checkpointingInterval", "500")
        .with("checkpointTimeoutMillis", CHECKPOINT_TIMEOUT_MILLIS)
        // A checkpoint that fails is tried again; the job goes on meanwhile.
        .with("failOnCheckpointingErrors", "false");
  }

  /** Returns when {@code count} task managers are registered. */
  public void awaitTaskManagers(int count) throws IOException, InterruptedException {
    Await.until(
        count + " task managers are registered",
        STARTUP,
        () -> {
          if (!jobManager.isAlive()) {
            throw new IOException("The job manager ended: " + jobManager.errors());
          }
          return jobs.taskManagers() == count;
        });
  }

  private ChildProcess launchJobManager() throws IOException {
    return launch("jobmanager", JOB_MANAGER, "-Xmx512m", List.of());
  }

  private ChildProcess launchTaskManager() throws IOException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("taskmanager.cpu.cores", "1.0");
    settings.put("taskmanager.memory.task.heap.size", "384mb");
    settings.put("taskmanager.memory.task.off-heap.size", "0b");
    settings.put("taskmanager.memory.network.min", "32mb");
    settings.put("taskmanager.memory.network.max", "32mb");
    settings.put("taskmanager.memory.managed.size", "16mb");
    settings.put("taskmanager.memory.framework.heap.size", "64mb");
    settings.put("taskmanager.memory.framework.off-heap.size", "64mb");
    settings.put("taskmanager.memory.jvm-metaspace.size", "256mb");
    settings.put("taskmanager.memory.jvm-overhead.min", "128mb");
    settings.put("taskmanager.memory.jvm-overhead.max", "128mb");
    List<String> arguments = new ArrayList<>();
    settings.forEach((key, value) -> arguments.addAll(List.of("-D", key + "=" + value)));
    ChildProcess process = launch("taskmanager-" + ++started, TASK_MANAGER, "-Xmx768m", arguments);
    taskManagers.add(process);
    return process;
  }

  private ChildProcess launch(
      String name, String mainClass, String heap, List<String> dynamicSettings) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(installation.jvmArguments());
    command.add(heap);
    command.add(temporaryFiles());
    command.addAll(JVM_ARGUMENTS);
    command.add("-cp");
    command.add(installation.directory().resolve("lib-flink") + "/*:" + installation.pipelineJar());
    command.add(mainClass);
    command.add("--configDir");
    command.add(directory.toString());
    command.addAll(dynamicSettings);
    return ChildProcess.start(name, directory, command, environment);
  }

  /**
   * Short timeouts, so that a task manager that froze, and a checkpoint that waits for a
   * destination that is down, are given up within seconds.
   */
  private String configuration(int rpcPort, Duration silence) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("jobmanager.rpc.address", "localhost");
    settings.put("jobmanager.rpc.port", String.valueOf(rpcPort));
    // A busy machine takes longer than the ten seconds that it would be given.
    settings.put("pekko.startup-timeout", "60 s");
    settings.put("jobmanager.bind-host", "localhost");
    settings.put("rest.address", "localhost");
    settings.put("rest.bind-address", "localhost");
    settings.put("rest.port", String.valueOf(port));
    settings.put("taskmanager.host", "localhost");
    settings.put("taskmanager.bind-host", "localhost");
    settings.put("taskmanager.numberOfTaskSlots", "2");
    // Otherwise two parallel tasks share the first task manager.
    settings.put("cluster.evenly-spread-out-slots", "true");
    settings.put("heartbeat.interval", "1000");
    settings.put("heartbeat.timeout", String.valueOf(silence.toMillis()));
    settings.put("restart-strategy.type", "fixed-delay");
    settings.put("restart-strategy.fixed-delay.attempts", "1000000");
    settings.put("restart-strategy.fixed-delay.delay", "500ms");
    settings.put("state.checkpoints.dir", "file://" + checkpoints());
    settings.put("state.savepoints.dir", "file://" + savepoints());
    // One class loader for Beam and walbeam: Beam reads the source's state with its own.
    settings.put("classloader.resolve-order", "parent-first");
    settings.put("io.tmp.dirs", temporary().toString());
    settings.put("web.checkpoints.history", "1000");
    settings.put("web.tmpdir", temporary().toString());
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return text.toString();
  }

  /** What a process that is killed leaves behind is deleted with the cluster's directory. */
  private Path temporary() {
    return directory.resolve("flink-tmp");
  }

  private String temporaryFiles() {
    return "-Djava.io.tmpdir=" + temporary();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    // A frozen process does not hear a request to end.
    for (ChildProcess process : taskManagers) {
      killQuietly(process);
    }
    killQuietly(jobManager);
  }

  private static void killQuietly(ChildProcess process) {
    try {
      process.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.close();
  }
}
