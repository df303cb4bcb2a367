package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What an operator may choose about schema changes, and that what is printed works. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaPolicyIT {
  private static final int OPERATOR = 3;

  private Servers servers;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  void stop() throws Exception {
    servers.close();
  }

  @Test
  void aRunThatShallStopEndsWithTheCommandThatMendsIt() throws Exception {
    Scenario fixture = prepared("stopped");
    PipelineCommand command = fixture.command().with("schemaChanges", "stop");
    try (Program run = fixture.start(command)) {
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
    Scenario fixture = prepared("late");
    try (Program run = fixture.start(fixture.command())) {
      fixture.awaitReading(run);
      fixture.await(run, "it is known", () -> !changes(fixture, "SEEN").isEmpty());
      alter(fixture);
      fixture.await(
          run, "it is noticed", () -> run.errors().contains("It is dumped again, once it stays"));
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
    Scenario fixture = prepared("warned");
    fixture.runToNow();
    alter(fixture);
    assertWarned(fixture, fixture.command().with("schemaChanges", "warn"));
  }

  @Test
  void aTableThatIsTooLargeIsLeftToAPerson() throws Exception {
    Scenario fixture = prepared("large");
    fixture.execute("ANALYZE t");
    fixture.runToNow();
    alter(fixture);
    assertWarned(fixture, fixture.command().with("convergeLimit", "1"));
  }

  @Test
  void withoutDumpsNothingIsDumpedByItself() throws Exception {
    Scenario fixture = prepared("never");
    PipelineCommand never = fixture.command().with("snapshot", "never");
    fixture.runToNow(never);
    alter(fixture);
    assertWarned(fixture, never);
  }

  private static void assertWarned(Scenario fixture, PipelineCommand command) throws Exception {
    try (Program run = fixture.start(command.with("stopAt", "now"))) {
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

  private Scenario prepared(String name) throws Exception {
    Scenario fixture = Scenario.on(servers, name);
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    return fixture;
  }

  private static void alter(Scenario fixture) throws Exception {
    fixture.execute("ALTER TABLE t ADD COLUMN c int DEFAULT 7");
  }

  /** What the message says. */
  private static void mend(Scenario fixture) throws Exception {
    try (Program asks =
        fixture.start(fixture.command().command("backfill").with("tables", "public.t"))) {
      assertThat(asks.exitCode(Scenario.DEADLINE)).as(asks.errors()).isZero();
    }
  }

  private static List<String> changes(Scenario fixture, String done) throws Exception {
    if (!fixture.destination().tables().contains("_walbeam_schema_changes")) {
      return List.of();
    }
    return fixture.destination().rows("_walbeam_schema_changes").stream()
        .filter(row -> row.require("done").equals(done))
        .map(row -> row.require("change"))
        .toList();
  }
}
