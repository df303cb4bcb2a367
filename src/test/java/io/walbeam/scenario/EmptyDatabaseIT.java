package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Program;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs that begin in a database before its first table. */
class EmptyDatabaseIT {
  private static final String SAID =
      "has no table yet that could be published. Tables that role postgres owns join publication ";

  private static Servers servers;

  @BeforeAll
  static void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  static void stop() throws Exception {
    servers.close();
  }

  @Test
  void tablesThatAreMadeLaterArriveWithEveryRow() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "fresh")) {
      try (Program run = scenario.start(scenario.command())) {
        scenario.awaitReading(run);
        assertThat(run.errors().split(SAID, -1)).as("said once").hasSize(2);
        scenario.execute(
            "CREATE TABLE t (id int PRIMARY KEY, v int)",
            // Both at once: what is inserted later may come as READ and as INSERT.
            "BEGIN; CREATE TABLE log (line text); INSERT INTO log VALUES ('first'); COMMIT",
            "INSERT INTO t SELECT n, n FROM generate_series(1, 100) n",
            "UPDATE t SET v = 0 WHERE id = 1",
            "DELETE FROM t WHERE id = 2");
        scenario.await(run, "both are dumped", () -> scenario.areDumped(2));
        scenario.execute("UPDATE t SET v = 7 WHERE id = 3", "INSERT INTO log VALUES ('second')");
        scenario.awaitConfirmation(run);
      }
      SchemaChangesIT.assertEqual(scenario, "t");
      assertThat(scenario.destination().rows("public_log_changelog"))
          .extracting(row -> row.require("operation") + " " + row.require("after"))
          .containsExactlyInAnyOrder("READ {\"line\":\"first\"}", "INSERT {\"line\":\"second\"}");
      assertThat(scenario.destination().deadLetters()).isEmpty();
    }
  }

  @Test
  void aRunToTheEndOfTheLogEndsWellAndTheNextBringsWhatWasMadeMeanwhile() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "fresh_now")) {
      assertThat(Said.by(scenario, "check").out())
          .contains("No table is there yet that could be published.");
      assertThat(Said.by(scenario, "check", "--publishNewTables=off").out())
          .contains("No table is there that would be replicated.");
      assertThat(run(scenario)).contains(SAID);
      assertThat(Said.by(scenario, "check").out())
          .contains("The publication fresh_now holds no table yet.");
      assertThat(run(scenario)).doesNotContain("WARN");

      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1), (2, 2)");
      scenario.finishAndCompare();
      assertThat(Said.by(scenario, "check").out()).doesNotContain("holds no table");
    }
  }

  @Test
  void tablesThatAreNamedMustBeThere() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "fresh_named");
        Program run = scenario.start(scenario.command().with("tables", "public.*"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).isEqualTo(2);
      assertThat(run.errors()).contains("No table matches public.*.");
      assertThat(Said.by(scenario, "check", "--tables=public.*").out())
          .contains("No table is there that would be replicated.");
    }
  }

  private static String run(Scenario scenario) throws Exception {
    try (Program run = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      return run.errors();
    }
  }
}
