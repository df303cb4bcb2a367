package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TableComparison;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Large values that updates leave alone end up in BigQuery without REPLICA IDENTITY FULL. */
class UnchangedValuesIT {
  private static final int TRANSACTIONS = 250;
  private static final int KEYS = 12;

  private static final List<TableId> TABLES =
      List.of(new TableId("public", "documents"), new TableId("public", "Parts \"of\" it"));

  @Test
  void tablesAreEqualAfterUpdatesThatLeaveLargeValuesAlone() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "untouched")) {
      createTables(scenario);
      try (Program pipeline = scenario.start(scenario.command())) {
        scenario.awaitReading(pipeline);
        change(scenario, new Random(1));
        scenario.awaitConfirmation(pipeline);
        assertEqual(scenario);

        // Everything is read back long after it was changed: much of it is gone or newer by then.
        pipeline.terminate();
        assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isZero();
      }
      change(scenario, new Random(2));
      try (Program last = scenario.start(scenario.command().with("stopAt", "now"))) {
        assertThat(last.exitCode(Scenario.DEADLINE)).as(last.errors()).isZero();
      }
      assertEqual(scenario);
    }
  }

  @Test
  void aColumnDroppedBeforeItsValueWasReadHoldsNothingUpAndAMissingGrantMakesItWait()
      throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.shop(servers, "lost_column")) {
      createTables(scenario);
      try (Program first = scenario.start(scenario.command().with("stopAt", "now"))) {
        assertThat(first.exitCode(Scenario.DEADLINE)).as(first.errors()).isZero();
      }
      String large = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n)";
      scenario.execute(
          "INSERT INTO documents VALUES (1, 0, " + large + ")",
          "UPDATE documents SET n = 1",
          "ALTER TABLE documents DROP COLUMN body",
          "CREATE ROLE replicator LOGIN REPLICATION",
          "INSERT INTO \"Parts \"\"of\"\" it\" VALUES (1, 'x', 0, " + large + ", '\\x00')",
          "UPDATE \"Parts \"\"of\"\" it\" SET n = 1");
      try (Program pipeline =
          scenario.start(scenario.command().with("postgresUser", "replicator"))) {
        Await.until(
            "the missing grant is named",
            Scenario.DEADLINE,
            () -> {
              scenario.assertRunning(pipeline);
              return pipeline.errors().contains("replicator may not read all rows of table");
            });
        scenario.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO replicator");
        scenario.awaitConfirmation(pipeline);
      }
      assertEqual(scenario);
      assertThat(scenario.destination().rows("public_documents"))
          .singleElement()
          .satisfies(row -> assertThat(row.get("body")).as("as in new rows").isEmpty());
    }
  }

  private static void createTables(Scenario scenario) throws SQLException {
    scenario.execute(
        "CREATE TABLE documents (id bigint PRIMARY KEY, n int, body text, extra jsonb)",
        "CREATE TABLE \"Parts \"\"of\"\" it\" (a int, \"the \"\"b\" text, n int, body text,"
            + " picture bytea, PRIMARY KEY (a, \"the \"\"b\"))");
  }

  /** Inserts, updates of either kind, key changes and deletes, a few keys over and over again. */
  private static void change(Scenario scenario, Random random) throws SQLException {
    try (Connection connection = scenario.connect()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < TRANSACTIONS; i++) {
        for (int j = random.nextInt(6); j >= 0; j--) {
          documents(connection, random);
          parts(connection, random);
        }
        if (random.nextInt(10) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      }
    }
  }

  private static void documents(Connection connection, Random random) throws SQLException {
    int id = random.nextInt(KEYS);
    switch (random.nextInt(8)) {
      case 0 -> execute(connection, "DELETE FROM documents WHERE id = ?", id);
      case 1 ->
          execute(connection, "UPDATE documents SET body = ? WHERE id = ?", large(random), id);
      case 2 ->
          execute(
              connection,
              "UPDATE documents SET id = ? WHERE id = ?"
                  + " AND NOT EXISTS (SELECT FROM documents WHERE id = ?)",
              KEYS - id,
              id,
              KEYS - id);
      case 3, 4 ->
          execute(
              connection,
              "INSERT INTO documents VALUES (?, 0, ?, jsonb_build_object('x', ?::text))"
                  + " ON CONFLICT DO NOTHING",
              id,
              large(random),
              large(random));
      default -> execute(connection, "UPDATE documents SET n = n + 1 WHERE id = ?", id);
    }
  }

  private static void parts(Connection connection, Random random) throws SQLException {
    int a = random.nextInt(3);
    String b = "b'\\" + random.nextInt(3);
    String table = "\"Parts \"\"of\"\" it\"";
    String where = " WHERE a = ? AND \"the \"\"b\" = ?";
    switch (random.nextInt(6)) {
      case 0 -> execute(connection, "DELETE FROM " + table + where, a, b);
      case 1 ->
          execute(connection, "UPDATE " + table + " SET body = ?" + where, large(random), a, b);
      case 2, 3 ->
          execute(
              connection,
              "INSERT INTO "
                  + table
                  + " VALUES (?, ?, 0, ?, decode(?, 'hex')) ON CONFLICT DO NOTHING",
              a,
              b,
              large(random),
              large(random));
      default -> execute(connection, "UPDATE " + table + " SET n = n + 1" + where, a, b);
    }
  }

  /** Incompressible hexadecimal digits, so that the value is stored out of line; or none. */
  private static String large(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 100 + random.nextInt(500); i > 0; i--) {
      text.append(String.format(Locale.ROOT, "%016x", random.nextLong()));
    }
    return text.toString();
  }

  private static void execute(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.execute();
    }
  }

  private static void assertEqual(Scenario scenario) throws Exception {
    for (TableId table : TABLES) {
      assertEqual(scenario, table);
    }
    assertThat(scenario.destination().deadLetters()).isEmpty();
  }

  private static void assertEqual(Scenario scenario, TableId table) throws Exception {
    try (Connection connection = scenario.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = public");
      TableComparison comparison =
          TableComparison.compare(connection, scenario.destination(), table);
      assertThat(comparison.rows()).isNotEmpty();
      assertThat(comparison.differences()).as("%s", table).isEmpty();
    }
  }
}
