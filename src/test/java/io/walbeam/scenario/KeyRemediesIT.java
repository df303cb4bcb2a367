package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.TableId;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TableComparison;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is said of tables whose rows cannot be told apart ends the matter when it is done: nothing
 * is said any more, and the copy is what its source is.
 */
class KeyRemediesIT {
  /** Of tables whose UPDATE and DELETE are not published, and of those that are not at all. */
  private static final Pattern UNUSABLE =
      Pattern.compile(
          "Table public\\.(\\w+) (?:has no usable replica identity|is not replicated)[^\\n]*");

  private static final Pattern STATEMENT = Pattern.compile("run: (ALTER TABLE [^;]*;)");

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
  void whatIsSaidOfTablesThatCannotBePublishedAsAWholeMendsEach() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "unusable")) {
      scenario.execute(
          "CREATE TABLE keyless (id int, v int)",
          "CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, v int)",
          "CREATE TABLE nothing (id int PRIMARY KEY, v int)",
          "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
          "CREATE TABLE nothing_at_all (id int, v int)",
          "ALTER TABLE nothing_at_all REPLICA IDENTITY NOTHING",
          "CREATE TABLE index_gone (id int PRIMARY KEY, v int NOT NULL UNIQUE)",
          "ALTER TABLE index_gone REPLICA IDENTITY USING INDEX index_gone_v_key",
          "ALTER TABLE index_gone DROP CONSTRAINT index_gone_v_key",
          "CREATE TABLE parted (id int, v int) PARTITION BY RANGE (id)",
          "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100)",
          "CREATE TABLE half (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)",
          "CREATE TABLE \"half 1\" PARTITION OF half FOR VALUES FROM (0) TO (100)",
          "ALTER TABLE \"half 1\" REPLICA IDENTITY NOTHING");
      List<String> tables =
          List.of(
              "keyless", "deferred", "nothing", "nothing_at_all", "index_gone", "parted", "half");
      for (String table : tables) {
        scenario.execute("INSERT INTO " + table + " SELECT n, n FROM generate_series(1, 4) n");
      }
      String said = run(scenario);
      List<String> messages =
          UNUSABLE.matcher(said).results().map(found -> found.group(0)).distinct().toList();
      assertThat(tables(said)).containsExactlyInAnyOrderElementsOf(tables);
      List<String> byHand = new ArrayList<>();
      for (String message : messages) {
        Matcher statement = STATEMENT.matcher(message);
        if (statement.find()) {
          scenario.execute(statement.group(1));
        } else {
          byHand.add(message);
        }
      }
      assertThat(byHand)
          .singleElement()
          .satisfies(
              one -> assertThat(one).endsWith("add a primary key to the partitioned table."));
      scenario.execute("ALTER TABLE parted ADD PRIMARY KEY (id)");

      for (String table : tables) {
        scenario.execute("INSERT INTO " + table + " VALUES (5, 5)");
      }
      said = run(scenario);
      assertThat(tables(said)).isEmpty();
      // All that is left: everything is replicated, of these into changelogs only.
      for (String table : List.of("keyless", "deferred", "nothing_at_all")) {
        assertThat(said)
            .contains(
                "Table public."
                    + table
                    + " has REPLICA IDENTITY FULL and no immediate primary key, so only its"
                    + " changelog can be written; give it a primary key that is not deferrable.");
      }
      scenario.execute(
          "ALTER TABLE keyless ADD PRIMARY KEY (id)",
          "ALTER TABLE deferred DROP CONSTRAINT deferred_pkey, ADD PRIMARY KEY (id)",
          "ALTER TABLE nothing_at_all ADD PRIMARY KEY (id)");
      for (String table : tables) {
        scenario.execute(
            "UPDATE " + table + " SET v = 7 WHERE id = 1",
            "DELETE FROM " + table + " WHERE id = 2");
      }
      said = run(scenario);
      assertThat(tables(said)).isEmpty();
      assertThat(said).doesNotContain("only its changelog can be written");
      scenario.assertEqual();
    }
  }

  @Test
  void whatIsSaidOfKeysThatCannotBeUsedMendsEach() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "unusable_key")) {
      String names =
          IntStream.rangeClosed(1, 17).mapToObj(n -> "k" + n).collect(Collectors.joining(", "));
      scenario.execute(
          "CREATE TABLE harmed (id int, v int)",
          "CREATE TABLE by_index (id int, v int NOT NULL UNIQUE)",
          "CREATE TABLE wide ("
              + names.replace(",", " int,")
              + " int, v int NOT NULL UNIQUE, PRIMARY KEY ("
              + names
              + "))",
          "CREATE TABLE computed (id int NOT NULL UNIQUE, v int,"
              + " g int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (v, g))",
          "CREATE TABLE sent (id int, v int, g int GENERATED ALWAYS AS (id * 2) STORED,"
              + " PRIMARY KEY (id, g))",
          "INSERT INTO harmed VALUES (1, 1), (2, 2)",
          "INSERT INTO by_index VALUES (1, 1), (2, 2)",
          "INSERT INTO wide SELECT 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, n, n"
              + " FROM generate_series(1, 2) n",
          "INSERT INTO computed VALUES (1, 1), (2, 2)",
          "INSERT INTO sent VALUES (1, 1), (2, 2)",
          "CREATE PUBLICATION unusable_key FOR TABLE harmed, by_index, wide, computed, sent");
      String said = run(scenario);
      assertThat(said)
          .contains(
              "Table public.by_index has no replica identity, so only its changelog can be written;"
                  + " give it a primary key that is not deferrable or set REPLICA IDENTITY USING"
                  + " INDEX.")
          .contains(
              "The key of table public.wide has more columns than the 16 of a BigQuery key, so only"
                  + " its changelog can be written; set REPLICA IDENTITY USING a smaller unique"
                  + " INDEX.");
      for (String table : List.of("computed", "sent")) {
        assertThat(said)
            .contains(
                "The stream leaves out columns that tell the rows of table public."
                    + table
                    + " apart, because they are generated or not published, so only its changelog"
                    + " can be written; publish them, or set REPLICA IDENTITY USING another unique"
                    + " INDEX.");
      }
      Matcher harm = Pattern.compile("This mends it: (ALTER TABLE [^\\n]*;)").matcher(said);
      assertThat(harm.find()).as(said).isTrue();
      Matcher publish =
          Pattern.compile("(ALTER PUBLICATION \\S+ SET \\(publish_generated_columns = stored\\);)")
              .matcher(said);
      assertThat(publish.find()).as(said).isTrue();
      scenario.execute(
          harm.group(1),
          publish.group(1),
          "ALTER TABLE harmed ADD PRIMARY KEY (id)",
          "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_v_key",
          "ALTER TABLE wide REPLICA IDENTITY USING INDEX wide_v_key",
          "ALTER TABLE computed REPLICA IDENTITY USING INDEX computed_id_key");
      for (String table : List.of("harmed", "by_index", "computed", "sent")) {
        scenario.execute(
            "INSERT INTO " + table + " (id, v) VALUES (3, 3)",
            "UPDATE " + table + " SET v = 7 WHERE id = 1",
            "DELETE FROM " + table + " WHERE id = 2");
      }
      scenario.execute("UPDATE wide SET k1 = 7 WHERE v = 1", "DELETE FROM wide WHERE v = 2");
      said = run(scenario);
      assertThat(said)
          .doesNotContain("only its changelog can be written")
          .doesNotContain("PostgreSQL refuses UPDATE and DELETE")
          .doesNotContain("PostgreSQL does not publish the generated columns");
      for (String table : List.of("harmed", "computed", "sent")) {
        assertEqual(scenario, table);
      }
      scenario.execute("ALTER TABLE by_index ADD PRIMARY KEY (id)");
      assertEqual(scenario, "by_index");
      assertEqual(scenario, "wide");
    }
  }

  private static void assertEqual(Scenario scenario, String table) throws Exception {
    try (Connection connection = scenario.connect()) {
      assertThat(
              TableComparison.compare(
                      connection, scenario.destination(), new TableId("public", table))
                  .differences())
          .as(table)
          .isEmpty();
    }
  }

  private static List<String> tables(String said) {
    return UNUSABLE.matcher(said).results().map(found -> found.group(1)).distinct().toList();
  }

  private static String run(Scenario scenario) throws Exception {
    try (Program run = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      return run.errors();
    }
  }
}
