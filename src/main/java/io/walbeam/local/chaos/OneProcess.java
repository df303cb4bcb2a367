package io.walbeam.local.chaos;

import io.walbeam.local.demo.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The program as one process with the DirectRunner. Not thread-safe. */
final class OneProcess implements Deployment {
  /** Longest time that a fault lasts, seconds. */
  private static final int LONG = 20;

  private final ChaosEnds ends;
  private final Supervisor supervisor;
  private final Signals signals = new Signals();
  private Optional<ChildProcess> copy = Optional.empty();

  OneProcess(ChaosEnds ends) {
    this.ends = ends;
    this.supervisor = new Supervisor(ends::command, ends.directory());
  }

  @Override
  public void start() {
    supervisor.start();
  }

  @Override
  public void stop() throws InterruptedException {
    supervisor.stop();
  }

  @Override
  public Map<Integer, Integer> exits() {
    return supervisor.exits();
  }

  @Override
  public ChildProcess finish(Path files) throws IOException {
    return ends.command().with("stopAt", "now").start(files);
  }

  @Override
  public List<FaultCase> faults() {
    return List.of(
        fault("program: killed", 0, () -> Signals.send("KILL", supervisor.pid()), () -> {}),
        fault("program: SIGTERM", 0, () -> Signals.send("TERM", supervisor.pid()), () -> {}),
        fault(
            "program: frozen", LONG, () -> signals.stop(supervisor.pid()), () -> signals.resume()),
        fault("program: a second copy", LONG, this::startCopy, this::endCopy));
  }

  /** A step that decides nothing. */
  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  private static FaultCase fault(String name, int seconds, Step begin, Step end) {
    return new FaultCase(
        Subject.PROGRAM, name, seconds, random -> begin.run(), random -> end.run());
  }

  private void startCopy() throws IOException {
    Path directory = Files.createDirectories(ends.directory().resolve("copy"));
    copy = Optional.of(ends.command().start(directory));
  }

  private void endCopy() {
    copy.ifPresent(ChildProcess::close);
    copy = Optional.empty();
  }

  @Override
  public void close() {
    signals.resume();
    endCopy();
    supervisor.close();
  }
}
