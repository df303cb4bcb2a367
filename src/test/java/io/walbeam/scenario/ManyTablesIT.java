package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

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
