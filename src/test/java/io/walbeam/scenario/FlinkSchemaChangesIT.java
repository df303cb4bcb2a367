package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.scenario.FlinkScenario.Submitted;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The schema changes that are made most, on two task managers: while the job streams, while it is
 * stopped with a savepoint, and while it is gone. In a build with {@code -Pflink} only.
 */
class FlinkSchemaChangesIT {
  private static final Set<String> MAIN =
      Set.of(
          "added",
          "added_constant",
          "renamed",
          "swapped",
          "dropped",
          "dropped_and_added",
          "int_to_text",
          "numeric_wider",
          "key_widened",
          "key_retyped",
          "recreated",
          "recreated_otherwise");

  private static final SchemaTables TABLES =
      new SchemaTables(
          Stream.of(
                  SchemaCases.columns(),
                  SchemaCases.types(),
                  SchemaCases.places(),
                  SchemaCases.keys())
              .flatMap(List::stream)
              .filter(one -> MAIN.contains(one.name()))
              .toList());

  @TempDir private Path directory;
  private FlinkScenario flink;

  @BeforeEach
  void start() throws Exception {
    assertThat(TABLES.cases()).hasSameSizeAs(MAIN);
    flink = FlinkScenario.start(directory, 2, FlinkScenario.PATIENT);
    TABLES.create(flink.scenario());
  }

  @AfterEach
  void stop() throws Exception {
    flink.close();
  }

  @Test
  void changesWhileTheJobStreams() throws Exception {
    try (Submitted job = dumped()) {
      TABLES.change(flink.scenario());
      finish(job);
    }
  }

  @Test
  void changesWhileItIsStoppedWithASavepoint() throws Exception {
    String savepoint;
    try (Submitted job = dumped()) {
      savepoint = flink.jobs().stop(job.job());
      flink.awaitEnd(job);
    }
    TABLES.change(flink.scenario());
    try (Submitted job = flink.submit(command().with("savepointPath", savepoint))) {
      finish(job);
    }
  }

  @Test
  void changesWhileItIsGone() throws Exception {
    try (Submitted job = dumped()) {
      flink.cancel(job);
    }
    TABLES.change(flink.scenario());
    try (Submitted job = flink.submit(command())) {
      finish(job);
    }
  }

  private PipelineCommand command() throws Exception {
    return flink.command(4);
  }

  /** A job that has dumped every table. */
  private Submitted dumped() throws Exception {
    Submitted job = flink.submit(command());
    try {
      flink
          .scenario()
          .await(job.launcher(), "every table is dumped", () -> TABLES.isDumped(flink.scenario()));
      return job;
    } catch (Exception | AssertionError e) {
      job.close();
      throw e;
    }
  }

  private void finish(Submitted job) throws Exception {
    TABLES.awaitEqual(flink.scenario(), job.launcher());
    assertThat(flink.scenario().destination().deadLetters()).isEmpty();
    flink.scenario().assertSlotNotAheadOfState();
    flink.cancel(job);
  }
}
