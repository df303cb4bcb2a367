package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Generated columns that the stream leaves out, as every publication before PostgreSQL 18 does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeneratedColumnsIT {
  /** PostgreSQL 18: columns that are computed whenever they are read. */
  private static final int VIRTUAL = 180_000;

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
  void whatIsNotPublishedIsLookedUpAndFollowsTheTable() throws Exception {
    Scenario fixture = Scenario.on(servers, "generated");
    fixture.execute(
        "CREATE TYPE mood AS ENUM ('low', 'high')",
        "CREATE TABLE t (id int PRIMARY KEY, double int GENERATED ALWAYS AS (a * 2) STORED, a int,"
            + " large text, m mood GENERATED ALWAYS AS (CASE WHEN a > 5 THEN 'high'::mood END)"
            + " STORED)",
        "ALTER TABLE t ALTER large SET STORAGE EXTERNAL",
        "INSERT INTO t (id, a, large) SELECT g, g, repeat('x', 9000) FROM generate_series(1, 5) g",
        "CREATE PUBLICATION generated FOR TABLE t");
    PipelineCommand command = fixture.command().with("generatedColumns", "read");
    fixture.runToNow(command);
    assertEqual(fixture, "double", "m");

    fixture.execute(
        "INSERT INTO t (id, a) VALUES (10, 10), (11, NULL)",
        "UPDATE t SET a = 7 WHERE id = 1",
        "UPDATE t SET id = 22 WHERE id = 2",
        "DELETE FROM t WHERE id = 3");
    fixture.runToNow(command);
    assertEqual(fixture, "double", "m");

    fixture.execute(
        "INSERT INTO t (id, a) VALUES (12, 12)",
        "ALTER TABLE t ADD COLUMN triple int GENERATED ALWAYS AS (a * 3) STORED",
        "ALTER TABLE t DROP COLUMN m",
        "INSERT INTO t (id, a) VALUES (13, 13)");
    fixture.runToNow(command);
    assertEqual(fixture, "double", "triple");

    if (Integer.parseInt(fixture.query("SHOW server_version_num").orElseThrow()) >= VIRTUAL) {
      fixture.execute("ALTER TABLE t ADD COLUMN v int GENERATED ALWAYS AS (a * 4) VIRTUAL");
      fixture.runToNow(command);
      assertEqual(fixture, "double", "triple", "v");
    }
    fixture.close();
  }

  /** The comparison of every day leaves generated columns out. */
  private static void assertEqual(Scenario fixture, String... generated) throws Exception {
    fixture.assertEqual();
    for (String column : generated) {
      assertThat(
              fixture.destination().rows("public_t").stream()
                  .map(row -> row.require("id") + " " + row.get(column).orElse("NULL"))
                  .sorted()
                  .collect(Collectors.joining(",")))
          .as(column)
          .isEqualTo(
              fixture
                  .query(
                      "SELECT string_agg(id || ' ' || coalesce("
                          + column
                          + "::text, 'NULL'), ',' ORDER BY id || ' ' || coalesce("
                          + column
                          + "::text, 'NULL') COLLATE \"C\") FROM t")
                  .orElseThrow());
    }
  }

  @Test
  void aKeyThatTheStreamLeavesOutIsNoKeyAndIsSaid() throws Exception {
    Scenario fixture = Scenario.on(servers, "generated_key");
    fixture.execute(
        "CREATE TABLE t (id int, a int, twice int GENERATED ALWAYS AS (id * 2) STORED,"
            + " PRIMARY KEY (a, twice))",
        "INSERT INTO t VALUES (1, 1), (2, 1)",
        "CREATE TABLE other (id int NOT NULL UNIQUE, a int, g int GENERATED ALWAYS AS (a) STORED,"
            + " PRIMARY KEY (id, g))",
        "ALTER TABLE other REPLICA IDENTITY USING INDEX other_id_key",
        "INSERT INTO other VALUES (1, 1)",
        // Others would refuse the application's changes from 18 on.
        "CREATE PUBLICATION generated_key FOR TABLE t, other WITH (publish = 'insert')");
    PipelineCommand command = fixture.command().with("stopAt", "now");
    try (Program run = fixture.start(command)) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      assertThat(run.errors())
          .contains("The stream leaves out columns that tell the rows of table public.t apart");
    }
    fixture.execute("INSERT INTO t VALUES (3, 1), (4, 1)", "INSERT INTO other VALUES (2, 2)");
    fixture.runToNow(command);
    assertThat(fixture.destination().tables()).doesNotContain("public_t");
    assertThat(fixture.destination().rows("public_t_changelog")).hasSize(4);
    assertThat(fixture.destination().rows("public_other")).hasSize(2);
    fixture.close();
  }
}
