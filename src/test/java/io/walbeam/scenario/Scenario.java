package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.Destination;
import io.walbeam.local.demo.Installation;
import io.walbeam.local.demo.LocalEnds;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.ShopSchema;
import io.walbeam.local.demo.StandIn;
import io.walbeam.local.demo.TableComparison;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Both ends, and what every scenario expects of the pipeline between them. */
final class Scenario implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofMinutes(3);

  private final LocalEnds ends;

  /** What the slot confirms before the first state row exists: where it was created. */
  private Optional<Lsn> created = Optional.empty();

  private Scenario(LocalEnds ends) {
    this.ends = ends;
  }

  static Scenario start(Path directory) throws Exception {
    return new Scenario(LocalEnds.start(installation(), directory, StandIn::storing));
  }

  static Scenario start(Path directory, Map<String, String> configuration) throws Exception {
    return new Scenario(
        LocalEnds.start(installation(), directory, StandIn::storing, configuration));
  }

  /** The jars of the build under test. */
  static Installation installation() throws IOException {
    return new Installation(Path.of(System.getProperty("walbeam.build.directory", "target")))
        .shortLived()
        .verified();
  }

  LocalEnds ends() {
    return ends;
  }

  PipelineCommand command() {
    return ends.command();
  }

  ChildProcess start(PipelineCommand command) throws IOException {
    return command.start(ends.directory());
  }

  /** Returns when the pipeline reads the slot. */
  void awaitReading(ChildProcess pipeline) throws Exception {
    Await.until(
        "the pipeline reads the slot",
        DEADLINE,
        () -> {
          assertRunning(pipeline);
          return ends.slot().active();
        });
  }

  /** Returns when the pipeline has confirmed everything written so far. */
  void awaitConfirmation(ChildProcess pipeline) throws Exception {
    Lsn end = ends.slot().serverPosition();
    Await.until(
        "the slot is confirmed up to " + end,
        DEADLINE,
        () -> {
          assertRunning(pipeline);
          return ends.slot().isConfirmedTo(end);
        });
  }

  void assertRunning(ChildProcess pipeline) throws IOException {
    assertThat(pipeline.isAlive()).as("still running; it said: %s", pipeline.errors()).isTrue();
  }

  /** The slot is read first: the state row may only run ahead in between. */
  void assertSlotNotAheadOfState() throws SQLException, InterruptedException {
    Optional<Lsn> slot = ends.slot().confirmed();
    Optional<Lsn> state =
        ends.destination().state(LocalEnds.SLOT).map(Destination.RecordedState::confirmed);
    if (state.isEmpty() && created.isEmpty()) {
      created = slot;
    }
    Optional<Lsn> limit = state.or(() -> created);
    if (slot.isPresent()) {
      assertThat(slot)
          .as("confirmed by the slot, state row says %s", state)
          .hasValueSatisfying(lsn -> assertThat(lsn).isLessThanOrEqualTo(limit.orElseThrow()));
    }
  }

  /** A last run to the end of the log; then both sides must be equal. */
  void finishAndCompare() throws Exception {
    Lsn end = ends.slot().serverPosition();
    try (ChildProcess last = start(command().with("stopAt", "now"))) {
      assertThat(last.exitCode(DEADLINE)).as("it said: %s", last.errors()).isZero();
    }
    assertConfirmedTo(end);
    assertSlotNotAheadOfState();
    assertEqual();
  }

  /** The slot has confirmed everything before {@code position}. */
  void assertConfirmedTo(Lsn position) throws SQLException {
    assertThat(ends.slot().confirmed())
        .as("confirmed by the slot")
        .hasValueSatisfying(lsn -> assertThat(lsn).isGreaterThanOrEqualTo(position));
  }

  void assertEqual() throws Exception {
    try (Connection connection = ends.source().connect(ShopSchema.DATABASE)) {
      List<TableComparison> comparisons =
          TableComparison.compareAll(connection, ends.destination());
      assertThat(comparisons)
          .isNotEmpty()
          .allSatisfy(
              table -> {
                assertThat(table.rows()).as("rows of %s", table.table()).isNotEmpty();
                assertThat(table.differences()).as("%s", table.table()).isEmpty();
              });
    }
    assertThat(ends.destination().deadLetters()).as("dead letters").isEmpty();
  }

  @Override
  public void close() throws IOException {
    ends.close();
  }
}
