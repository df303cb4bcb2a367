package io.walbeam.local.demo;

import java.io.IOException;
import java.time.Duration;

/** A program of ours that was started: what it says, and how it ends. Thread-safe. */
public interface Program extends AutoCloseable {
  /** Whether it still runs. */
  boolean isAlive();

  /** Everything it wrote to standard output. */
  String output() throws IOException;

  /** Everything it wrote to standard error. */
  String errors() throws IOException;

  /**
   * Waits for the end and returns the exit code.
   *
   * @throws IllegalStateException if it still runs after {@code timeout}
   */
  int exitCode(Duration timeout) throws InterruptedException;

  /** Asks it to end, as {@code kill} does (SIGTERM). Returns at once. */
  void terminate();

  /** Asks it to end, and returns when it has. */
  @Override
  void close();
}
