package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What many small tables cost: no connection of its own. */
class ManyTablesIT {
  private static final int TABLES = Integer.getInteger("walbeam.scenario.tables", 120);

  /**
   * Connections of a run however many tables there are, with those that are renewed while it lasts.
   */
  private static final int MOST_CONNECTIONS = 60;

  /** Statements of this test and of the server's own, such as autovacuum. */
  private static final int MOST_OTHERS = 40;

  @Test
  void aRunOpensNoConnectionForEachTable() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.on(servers, "many")) {
      create(scenario);
      long before = connections(scenario);
      scenario.runToNow();
      scenario.assertEqual();
      assertThat(connections(scenario) - before)
          .as("connections of a run")
          .isLessThan(MOST_CONNECTIONS);
      List<String> updates = new ArrayList<>();
      for (int i = 0; i < TABLES; i++) {
        updates.add("UPDATE t" + i + " SET v = 'c' WHERE id = 1");
      }
      scenario.execute(updates.toArray(String[]::new));
      scenario.finishAndCompare();
    }
  }

  @Test
  void checkAndStatusAskNoQueryForEachTable() throws Exception {
    try (Servers servers = Servers.here();
        Scenario scenario = Scenario.on(servers, "many_asked")) {
      scenario.execute("CREATE TABLE first (id int PRIMARY KEY, v text)");
      scenario.runToNow();
      long few = statements(scenario);
      create(scenario);
      scenario.execute("DROP PUBLICATION many_asked_inserts", "DROP PUBLICATION many_asked");
      scenario.execute("CREATE PUBLICATION many_asked FOR ALL TABLES");
      assertThat(statements(scenario))
          .as("statements of check and status with %s tables, and with one", TABLES)
          .isLessThan(few + MOST_OTHERS);
    }
  }

  /** Transactions of one check and one status; each of their statements is one. */
  private static long statements(Scenario scenario) throws Exception {
    long before = transactions(scenario);
    assertThat(Said.by(scenario, "check", "--format=json").object().path("summary").toString())
        .contains("tables would be replicated");
    assertThat(Said.by(scenario, "status", "--format=json").object().path("slot").asText())
        .isEqualTo("many_asked");
    return transactions(scenario) - before;
  }

  private static long transactions(Scenario scenario) throws Exception {
    Await.until(
        "no command is connected any more",
        Scenario.DEADLINE,
        () ->
            scenario
                .query(
                    "SELECT count(*)::text FROM pg_stat_activity WHERE application_name IN"
                        + " ('walbeam-check', 'walbeam-status')")
                .orElseThrow()
                .equals("0"));
    return Long.parseLong(
        scenario
            .query(
                "SELECT xact_commit::text FROM pg_stat_database WHERE datname = '"
                    + scenario.name()
                    + "'")
            .orElseThrow());
  }

  private static void create(Scenario scenario) throws Exception {
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < TABLES; i++) {
      statements.add("CREATE TABLE t" + i + " (id int PRIMARY KEY, v text)");
      statements.add("INSERT INTO t" + i + " VALUES (1, 'a'), (2, 'b')");
    }
    scenario.execute(statements.toArray(String[]::new));
  }

  /** Established with the database since it was made. */
  private static long connections(Scenario scenario) throws Exception {
    return Long.parseLong(
        scenario
            .query(
                "SELECT sessions FROM pg_stat_database WHERE datname = '" + scenario.name() + "'")
            .orElseThrow());
  }
}
