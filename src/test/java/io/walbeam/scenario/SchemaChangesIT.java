package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TableComparison;
import io.walbeam.local.demo.TextRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tables that are created and altered while the pipeline runs. */
class SchemaChangesIT {
  @Test
  void additionsLandRightWithRowsOfOldAndNewShapeInFlight() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "changed")) {
      execute(scenario, "CREATE TABLE t (id int PRIMARY KEY, a text)");
      try (Program pipeline = scenario.start(scenario.command())) {
        scenario.awaitReading(pipeline);
        execute(
            scenario,
            "INSERT INTO t VALUES (1, 'old')",
            // All in flight at once: nothing of it is waited for.
            "BEGIN; INSERT INTO t VALUES (2, 'old'); ALTER TABLE t ADD COLUMN b int;"
                + " INSERT INTO t VALUES (3, 'new', 30); UPDATE t SET b = 10 WHERE id = 1; COMMIT",
            "INSERT INTO t VALUES (4, 'new', 40)",
            "ALTER TABLE t ADD COLUMN c numeric(10,2) NOT NULL DEFAULT 1.5",
            "INSERT INTO t VALUES (5, 'newer', 50)",
            "ALTER TABLE t ADD COLUMN d macaddr DEFAULT '08:00:2b:01:02:03', ADD COLUMN e"
                + " int4range, ADD COLUMN f point",
            "INSERT INTO t VALUES (6, 'odd', 60, 6, '08:00:2b:01:02:04', '[1,5)', '(1,2)')",
            "CREATE TYPE mood AS ENUM ('good', 'bad')",
            "CREATE TYPE pair AS (x int, y text)",
            "CREATE TABLE later (id int PRIMARY KEY, m mood, p pair, ms mood[])",
            "INSERT INTO later VALUES (1, 'bad', (1, 'a b'), '{good,bad}')");
        scenario.awaitConfirmation(pipeline);
        // A new table joins the publication at the next look, and is dumped.
        Await.until(
            "the new table is there",
            Scenario.DEADLINE,
            () ->
                scenario.destination().tables().contains("public_later")
                    && !rows(scenario, "public_later").isEmpty());
        assertEqual(scenario, "later");
        assertThat(rows(scenario, "public_t"))
            .extracting(row -> row.require("id") + " " + row.get("b").orElse("-"))
            .containsExactly("1 10", "2 -", "3 30", "4 40", "5 50", "6 60");
        assertThat(rows(scenario, "public_t").get(4).get("c")).hasValue("1.5");
        assertThat(rows(scenario, "public_t").get(5).get("d")).hasValue("08:00:2b:01:02:04");
        execute(scenario, "UPDATE t SET a = a || '!'");
        scenario.awaitConfirmation(pipeline);
        assertEqual(scenario, "t");
      }
      assertThat(scenario.destination().deadLetters()).isEmpty();
    }
  }

  private static String columns(TextRow row) {
    return row.require("id")
        + " "
        + row.get("a").orElse("-")
        + " "
        + row.get("b").orElse("-")
        + " "
        + row.get("c").orElse("-");
  }

  @Test
  void dropsAndRenamesLandAsNullAndANewTypeBesideTheOldOneUntilRowsOfBeforeFollow()
      throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "dropped")) {
      execute(
          scenario,
          "CREATE TABLE t (id int PRIMARY KEY, a text, b text, n int)",
          "CREATE TABLE other (id int PRIMARY KEY)");
      try (Program pipeline = scenario.start(scenario.command())) {
        scenario.awaitReading(pipeline);
        execute(
            scenario,
            "INSERT INTO t VALUES (1, 'a1', 'b1'), (2, 'a2', 'b2')",
            "ALTER TABLE t DROP COLUMN a",
            "UPDATE t SET b = 'b3' WHERE id = 1",
            "ALTER TABLE t RENAME COLUMN b TO c",
            "INSERT INTO t VALUES (3, 'c3')");
        scenario.awaitConfirmation(pipeline);
        List<String> written =
            rows(scenario, "public_t").stream().map(SchemaChangesIT::columns).toList();
        // The dump that brings rows of before may have been faster.
        assertThat(written).hasSize(3);
        assertThat(written.get(0)).isIn("1 - b3 -", "1 - - b3");
        assertThat(written.get(1)).isIn("2 a2 b2 -", "2 - - b2");
        assertThat(written.get(2)).isEqualTo("3 - - c3");

        execute(
            scenario,
            "ALTER TABLE t ALTER COLUMN c TYPE int USING length(c)",
            "INSERT INTO t VALUES (4, 4)");
        scenario.awaitConfirmation(pipeline);
        assertThat(rows(scenario, "public_t").get(3).get("c"))
            .as("a STRING column holds every number")
            .hasValue("4");

        execute(
            scenario,
            "ALTER TABLE t ALTER COLUMN n TYPE text",
            "INSERT INTO t VALUES (5, 5, 'five')",
            "INSERT INTO other VALUES (1)");
        Await.until(
            "the new type has a column of its own, and other tables go on",
            Scenario.DEADLINE,
            () -> {
              scenario.assertRunning(pipeline);
              return rows(scenario, "public_other").size() == 1
                  && rows(scenario, "public_t").stream()
                      .anyMatch(row -> row.get("n__string").equals(Optional.of("five")));
            });
        Await.until(
            "rows of before follow",
            Scenario.DEADLINE,
            () -> {
              scenario.assertRunning(pipeline);
              return rows(scenario, "public_t").stream()
                  .map(row -> row.require("id") + " " + row.get("c").orElse("-"))
                  .toList()
                  .equals(List.of("1 2", "2 2", "3 2", "4 4", "5 5"));
            });
        assertThat(rows(scenario, "public_t")).allMatch(row -> row.get("b").isEmpty());
      }
      assertThat(scenario.destination().deadLetters()).isEmpty();
    }
  }

  static void assertEqual(Scenario scenario, String table) throws Exception {
    try (Connection connection = scenario.connect()) {
      TableComparison comparison =
          TableComparison.compare(connection, scenario.destination(), new TableId("public", table));
      assertThat(comparison.rows()).isNotEmpty();
      assertThat(comparison.differences()).as(table).isEmpty();
    }
  }

  private static List<TextRow> rows(Scenario scenario, String table) throws InterruptedException {
    if (!scenario.destination().tables().contains(table)) {
      return List.of();
    }
    return scenario.destination().rows(table).stream()
        .sorted(Comparator.comparing(row -> row.require("id")))
        .toList();
  }

  private static void execute(Scenario scenario, String... statements) throws SQLException {
    scenario.execute(statements);
  }
}
