package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.StandIn;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an operator may choose about schema changes, and that what is printed works. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaPolicyIT {
  private static final int OPERATOR = 3;

  private Path directory;
  private SourceServer source;
  private StandIn standIn;

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    directory = shared;
    source = SourceServer.start(directory);
    standIn = StandIn.storing(Scenario.installation(), directory);
  }

  @AfterAll
  void stop() throws Exception {
    standIn.close();
    source.close();
  }

  @Test
  void aRunThatShallStopEndsWithTheCommandThatMendsIt() throws Exception {
    DumpFixture fixture = prepared("stopped");
    PipelineCommand command = fixture.command().with("schemaChanges", "stop");
    try (ChildProcess run = fixture.start(command)) {
      fixture.awaitReading(run);
      fixture.await(run, "it is known", () -> !changes(fixture, "SEEN").isEmpty());
      alter(fixture);
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(OPERATOR);
      assertThat(run.errors())
          .contains("The run ends as --schemaChanges=stop says: the schema of public.t changed.")
          .contains("backfill --tables=public.t");
    }
    assertThat(changes(fixture, "STOPPED")).containsExactly("column c integer was added");
    mend(fixture);
    fixture.runToNow(command);
    fixture.assertEqual();
  }

  @Test
  void aChangeThatIsNoticedBeforeTheEndIsLeftToTheNextRun() throws Exception {
    DumpFixture fixture = prepared("late");
    try (ChildProcess run = fixture.start(fixture.command())) {
      fixture.awaitReading(run);
      fixture.await(run, "it is known", () -> !changes(fixture, "SEEN").isEmpty());
      alter(fixture);
      fixture.await(run, "it is noticed", () -> !changes(fixture, "DUMP").isEmpty());
      run.terminate();
      int unused = run.exitCode(Scenario.DEADLINE);
      assertThat(run.errors())
          .contains("Tables that changed lately are dumped by the next run: [public.t].");
    }
    fixture.runToNow();
    fixture.assertEqual();
  }

  @Test
  void aWarningHasTheCommandAndTheRunGoesOn() throws Exception {
    DumpFixture fixture = prepared("warned");
    fixture.runToNow();
    alter(fixture);
    assertWarned(fixture, fixture.command().with("schemaChanges", "warn"));
  }

  @Test
  void aTableThatIsTooLargeIsLeftToAPerson() throws Exception {
    DumpFixture fixture = prepared("large");
    fixture.execute("ANALYZE t");
    fixture.runToNow();
    alter(fixture);
    assertWarned(fixture, fixture.command().with("convergeLimit", "1"));
  }

  @Test
  void withoutDumpsNothingIsDumpedByItself() throws Exception {
    DumpFixture fixture = prepared("never");
    PipelineCommand never = fixture.command().with("snapshot", "never");
    fixture.runToNow(never);
    alter(fixture);
    assertWarned(fixture, never);
  }

  private static void assertWarned(DumpFixture fixture, PipelineCommand command) throws Exception {
    try (ChildProcess run = fixture.start(command.with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      assertThat(run.errors())
          .contains("Table public.t changed: column c integer was added.")
          .contains("backfill --tables=public.t");
    }
    assertThat(changes(fixture, "WARNED")).containsExactly("column c integer was added");
    assertThat(changes(fixture, "DUMP")).isEmpty();
    mend(fixture);
    fixture.runToNow(command);
    fixture.assertEqual();
  }

  private DumpFixture prepared(String name) throws Exception {
    DumpFixture fixture = new DumpFixture(source, standIn, directory, name);
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    return fixture;
  }

  private static void alter(DumpFixture fixture) throws Exception {
    fixture.execute("ALTER TABLE t ADD COLUMN c int DEFAULT 7");
  }

  /** What the message says. */
  private static void mend(DumpFixture fixture) throws Exception {
    try (ChildProcess asks =
        fixture.start(fixture.command().command("backfill").with("tables", "public.t"))) {
      assertThat(asks.exitCode(Scenario.DEADLINE)).as(asks.errors()).isZero();
    }
  }

  private static List<String> changes(DumpFixture fixture, String done) throws Exception {
    if (!fixture.destination().tables().contains("_walbeam_schema_changes")) {
      return List.of();
    }
    return fixture.destination().rows("_walbeam_schema_changes").stream()
        .filter(row -> row.require("done").equals(done))
        .map(row -> row.require("change"))
        .toList();
  }
}
