package io.walbeam.local.chaos;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Signals to processes, of which one is frozen at a time. Not thread-safe. */
final class Signals {
  /** For the program {@code kill}, seconds. */
  private static final int PATIENCE = 5;

  private long stopped;

  /** Freezes a process until {@link #resume}. */
  void stop(long pid) {
    stopped = pid;
    send("STOP", pid);
  }

  /** The frozen process goes on. */
  void resume() {
    if (stopped != 0) {
      send("CONT", stopped);
    }
    stopped = 0;
  }

  /** A process that is gone meanwhile needs no signal. */
  static void send(String signal, long pid) {
    try {
      boolean unused =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor(PATIENCE, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new IllegalStateException("There is no program kill.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
