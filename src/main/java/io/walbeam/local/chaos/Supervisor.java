package io.walbeam.local.chaos;

import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the program running, as a supervisor with restart=always does, and counts how it ended.
 * Thread-safe.
 */
final class Supervisor implements AutoCloseable {
  /** Between two looks whether the program runs, milliseconds. */
  private static final long LOOK_MILLIS = 200;

  /** For the program to end when it is asked to. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What is to be started, asked for each time. */
  @FunctionalInterface
  interface Commands {
    PipelineCommand get() throws IOException;
  }

  private final Commands commands;
  private final Path directory;
  private final Thread thread = new Thread(this::run, "chaos-supervisor");

  // Guarded by this.
  private final Map<Integer, Integer> exits = new TreeMap<>();
  private @Nullable ChildProcess process;
  private @Nullable PipelineCommand next;
  private boolean wanted;
  private boolean closed;
  private @Nullable IOException failure;

  Supervisor(Commands commands, Path directory) {
    this.commands = commands;
    this.directory = directory;
    thread.setDaemon(true);
    thread.start();
  }

  /** The program runs from now on. */
  synchronized void start() {
    wanted = true;
  }

  /** The program is not started again for now; if it runs it goes on. */
  synchronized void hold() {
    wanted = false;
  }

  /** The next start is of this command, the ones after it as before. */
  synchronized void once(PipelineCommand command) {
    next = command;
  }

  /** Kills the program if it does not end by itself within so long; it is then started again. */
  void endWithin(Duration patience) throws InterruptedException {
    ChildProcess running;
    synchronized (this) {
      running = process;
    }
    if (running != null) {
      try {
        int unused = running.exitCode(patience);
      } catch (IllegalStateException e) {
        running.kill();
      }
    }
  }

  /** The process identifier, once there is one. */
  long pid() throws IOException, InterruptedException {
    while (true) {
      synchronized (this) {
        if (failure != null) {
          throw failure;
        }
        if (process != null && process.isAlive()) {
          return process.pid();
        }
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /** Ends the program with SIGTERM, for which it has two minutes, and does not start it again. */
  void stop() throws InterruptedException {
    ChildProcess running;
    synchronized (this) {
      wanted = false;
      running = process;
    }
    if (running != null && running.isAlive()) {
      running.terminate();
      try {
        int unused = running.exitCode(PATIENCE);
      } catch (IllegalStateException e) {
        running.kill();
      }
    }
    look();
  }

  /** How often it ended with which exit code; 137 and 143 are signals. */
  synchronized Map<Integer, Integer> exits() {
    return new TreeMap<>(exits);
  }

  private void run() {
    try {
      while (true) {
        synchronized (this) {
          if (closed) {
            return;
          }
        }
        look();
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void look() throws InterruptedException {
    ChildProcess last = process;
    if (last != null && !last.isAlive()) {
      exits.merge(last.exitCode(Duration.ofSeconds(1)), 1, Integer::sum);
      last.close();
      process = null;
    }
    if (wanted && process == null) {
      try {
        PipelineCommand command = next == null ? commands.get() : next;
        next = null;
        process = command.start(directory);
      } catch (IOException e) {
        failure = e;
        wanted = false;
      }
    }
  }

  @Override
  public void close() {
    ChildProcess last;
    synchronized (this) {
      closed = true;
      wanted = false;
      last = process;
    }
    if (last != null) {
      last.close();
    }
  }
}
