package io.walbeam.local.chaos;

import io.walbeam.local.demo.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How the program runs, and what can happen to it there. Not thread-safe. */
interface Deployment extends AutoCloseable {
  /** The program runs from now on, and is started again whenever it ends. */
  void start();

  /** Ends it in an orderly way, and does not start it again. */
  void stop() throws IOException, InterruptedException;

  /** How often it ended with which exit code; 137 and 143 are signals. */
  Map<Integer, Integer> exits();

  /** A run to the end of the log, with its output below {@code files}. */
  ChildProcess finish(Path files) throws IOException;

  /** What can happen to it, in an order that never changes. */
  List<FaultCase> faults();

  /** Processes that have ended by what happened are replaced. */
  default void heal() throws IOException, InterruptedException {}

  @Override
  void close();
}
