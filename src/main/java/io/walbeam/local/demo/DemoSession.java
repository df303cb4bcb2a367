package io.walbeam.local.demo;

import io.walbeam.change.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** Both ends and the pipeline between them, started in this order and ended in the other. */
final class DemoSession implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final LocalEnds ends;
  private final DemoTarget target;
  private final ChildProcess pipeline;

  private DemoSession(LocalEnds ends, DemoTarget target, ChildProcess pipeline) {
    this.ends = ends;
    this.target = target;
    this.pipeline = pipeline;
  }

  /** Starts all three; if one does not start, none stays. */
  static DemoSession start(Installation installation, Path directory, DemoOptions.To to)
      throws IOException, SQLException, InterruptedException {
    LocalEnds ends = LocalEnds.start(installation, directory, StandIn::storing);
    try {
      DemoTarget target =
          switch (to) {
            case BIGQUERY -> new BigQueryTarget(ends);
            case FILE -> new FileTarget(Files.createDirectory(directory.resolve("changes")));
            case PUBSUB ->
                TopicTarget.start(ends, Files.createDirectory(directory.resolve("state")));
          };
      return new DemoSession(ends, target, target.command(ends.command()).start(directory));
    } catch (IOException e) {
      ends.close();
      throw e;
    }
  }

  /** Rows that are older than the slot are not copied, so nothing is written before this. */
  void awaitSlot() throws IOException, InterruptedException {
    Await.until(
        "the pipeline reads the slot",
        DEADLINE,
        () -> {
          checkPipeline();
          return ends.slot().active();
        });
  }

  /** Returns when everything written to the source so far is confirmed to the slot. */
  Lsn awaitConfirmation() throws IOException, SQLException, InterruptedException {
    Lsn end = ends.slot().serverPosition();
    Await.until(
        "the slot is confirmed up to " + end,
        DEADLINE,
        () -> {
          checkPipeline();
          return ends.slot().isConfirmedTo(end);
        });
    return end;
  }

  /**
   * Looks whether the pipeline still runs.
   *
   * @throws IOException with its own words, if it does not
   */
  void checkPipeline() throws IOException, InterruptedException {
    if (!pipeline.isAlive()) {
      throw new IOException(
          "The pipeline ended with exit code "
              + pipeline.exitCode(DEADLINE)
              + ":\n"
              + pipeline.errors().strip());
    }
  }

  LocalEnds ends() {
    return ends;
  }

  DemoTarget target() {
    return target;
  }

  ChildProcess pipeline() {
    return pipeline;
  }

  @Override
  public void close() throws IOException {
    pipeline.close();
    target.close();
    ends.close();
  }
}
