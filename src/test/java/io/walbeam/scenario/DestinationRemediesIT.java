package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TextRow;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is said of primary keys of tables in BigQuery, and of bounds of a dump, ends the matter when
 * it is done. What BigQuery has an ALTER TABLE for is done by REST, which the stand-in takes.
 */
class DestinationRemediesIT {
  private static final Pattern MOVE =
      Pattern.compile(
          "(CREATE TABLE \\S+ AS SELECT \\* FROM \\S+), delete it with (DROP TABLE \\S+),");

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
  void whatIsSaidOfTablesThatWereThereWithoutTheKeyMendsEach() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "keyless_copy")) {
      scenario.execute(
          "CREATE TABLE declared (id int PRIMARY KEY, v int)",
          "CREATE TABLE dropped (id int PRIMARY KEY, v int)",
          "CREATE TABLE other (id int PRIMARY KEY, v int)");
      for (String table : List.of("declared", "dropped")) {
        createCopy(scenario, "public_" + table);
        scenario
            .destination()
            .query("INSERT INTO keyless_copy.public_" + table + " (id, v) VALUES (2, 7), (9, 9)");
      }
      for (String table : List.of("declared", "dropped", "other")) {
        scenario.execute("INSERT INTO " + table + " SELECT n, n FROM generate_series(1, 3) n");
      }
      assertThat(Said.by(scenario, "check", "--tables=public.*").out())
          .contains("The table public_dropped exists without a primary key")
          .contains("Rename or drop it; the run makes it anew and dumps its rows");
      String said = runUntilAPersonActs(scenario);
      assertThat(said)
          .contains(
              "BigQuery table public_declared has no primary key, but rows are written by the key"
                  + " (id). Run ALTER TABLE ... ADD PRIMARY KEY (id) NOT ENFORCED on it.");
      declareKey(scenario, "public_declared", "id");
      scenario.destination().query("DROP TABLE keyless_copy.public_dropped");

      String after = run(scenario);
      assertThat(after).doesNotContain("primary key");
      assertThat(Said.by(scenario, "check", "--tables=public.*").out())
          .doesNotContain("primary key");
      scenario.assertEqualApartFromDeadLetters();
      assertThat(openLetters(scenario)).isEmpty();
    }
  }

  @Test
  void whatIsSaidOfAKeyThatWasTakenAwayWhileRowsAreWrittenMendsIt() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "lost_key")) {
      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1), (2, 2)");
      try (Program run = scenario.start(scenario.command())) {
        scenario.await(run, "the table is dumped", () -> scenario.areDumped(1));
        scenario.awaitConfirmation(run);
        dropKey(scenario, "public_t");
        scenario.execute("UPDATE t SET v = 3 WHERE id = 1", "DELETE FROM t WHERE id = 2");
        scenario.await(
            run,
            "the key is missed",
            () ->
                run.errors()
                    .contains(
                        "BigQuery says that table public_t has no usable primary key. Declare"
                            + " PRIMARY KEY (id) NOT ENFORCED on it."));
        declareKey(scenario, "public_t", "id");
        scenario.awaitConfirmation(run);
      }
      scenario.assertEqual();
    }
  }

  @Test
  void whatIsSaidOfKeysThatSomebodyGaveToTablesThatAreAppendedToMendsEachAndNothingIsLost()
      throws Exception {
    try (Scenario scenario = Scenario.on(servers, "given_keys")) {
      scenario.execute(
          "CREATE TABLE a (id int PRIMARY KEY, v int)",
          "CREATE TABLE b (id int PRIMARY KEY, v int)",
          "CREATE TABLE c (id int PRIMARY KEY, n numeric)",
          "INSERT INTO a VALUES (1, 1), (2, 2)",
          "INSERT INTO b VALUES (1, 1)",
          "INSERT INTO c VALUES (1, 'NaN')");
      runWithChangelog(scenario);
      List<List<String>> given =
          List.of(
              List.of("public_a_changelog", "position"),
              List.of("public_b_changelog", "key_text"),
              List.of("_walbeam_dead_letters", "position"));
      for (List<String> each : given) {
        declareKey(scenario, each.get(0), each.get(1));
      }
      scenario.execute(
          "UPDATE a SET v = 3 WHERE id = 1",
          "UPDATE b SET v = 3 WHERE id = 1",
          "UPDATE c SET n = 'Infinity' WHERE id = 1");
      try (Program run = scenario.start(scenario.command().with("writeMode", "both"))) {
        for (List<String> each : given) {
          scenario.await(
              run,
              "the key is in the way",
              () ->
                  run.errors()
                      .contains(
                          "BigQuery table "
                              + each.get(0)
                              + " has the primary key ("
                              + each.get(1)
                              + "), but rows are appended to it. Run ALTER TABLE ... DROP PRIMARY"
                              + " KEY on it."));
        }
        scenario.execute("DELETE FROM a WHERE id = 2", "INSERT INTO b VALUES (4, 4)");
        for (List<String> each : given) {
          dropKey(scenario, each.get(0));
        }
        scenario.awaitConfirmation(run);
      }
      assertThat(changes(scenario, "public_a_changes"))
          .containsExactlyInAnyOrder(
              "READ {\"id\":1}", "READ {\"id\":2}", "UPDATE {\"id\":1}", "DELETE {\"id\":2}");
      assertThat(changes(scenario, "public_b_changes"))
          .containsExactlyInAnyOrder("READ {\"id\":1}", "UPDATE {\"id\":1}", "INSERT {\"id\":4}");
      assertThat(scenario.destination().deadLetters()).as("NaN and Infinity").hasSize(2);
      assertThat(runWithChangelog(scenario)).doesNotContain("primary key");
      SchemaChangesIT.assertEqual(scenario, "a");
      SchemaChangesIT.assertEqual(scenario, "b");
    }
  }

  private static List<String> changes(Scenario scenario, String view) throws Exception {
    return scenario.destination().rows(view).stream()
        .map(row -> row.require("operation") + " " + row.require("key"))
        .toList();
  }

  @Test
  void aChangelogOfAnEarlierVersionThatIsRestoredMeanwhileIsWrittenAfterAnotherStart()
      throws Exception {
    try (Scenario scenario = Scenario.on(servers, "restored_changes")) {
      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1), (2, 2)");
      try (Program run = scenario.start(scenario.command().with("writeMode", "both"))) {
        scenario.await(run, "the table is dumped", () -> scenario.areDumped(1));
        scenario.awaitConfirmation(run);
        scenario.destination().query("DROP TABLE restored_changes.public_t_changelog");
        scenario.execute("UPDATE t SET v = 3 WHERE id = 1", "DELETE FROM t WHERE id = 2");
        scenario.await(
            run,
            "the changelog is missed",
            () -> run.errors().contains("was deleted while rows are written to it. Restore it"));
        createEarlierChangelog(scenario);
        scenario.await(
            run,
            "the key is in the way",
            () ->
                run.errors()
                    .contains(
                        "has the primary key (position), but rows are appended to it. Run ALTER"
                            + " TABLE ... DROP PRIMARY KEY on it. Only a changelog from an earlier"
                            + " version keeps its key: start walbeam again then."));
      }
      assertThat(runWithChangelog(scenario)).doesNotContain("appended to it.");
      assertThat(
              scenario
                  .destination()
                  .query(
                      "SELECT _walbeam.operation AS operation FROM"
                          + " restored_changes.public_t_changelog"))
          .extracting(row -> row.require("operation"))
          .containsExactlyInAnyOrder("UPDATE", "DELETE");
      scenario.assertEqual();
    }
  }

  @Test
  void aChangelogWithAKeyMovesToOneThatIsOnlyAppendedTo() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "old_changes")) {
      scenario.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1), (2, 2)");
      createEarlierChangelog(scenario);
      Matcher move = MOVE.matcher(runWithChangelog(scenario));
      assertThat(move.find()).isTrue();
      assertThat(scenario.destination().rows("public_t_changelog")).hasSize(2);
      scenario.destination().query(move.group(1));
      scenario.destination().query(move.group(2));

      scenario.execute("UPDATE t SET v = 3 WHERE id = 1");
      assertThat(runWithChangelog(scenario)).doesNotContain("has a primary key");
      scenario.execute("DELETE FROM t WHERE id = 2");
      assertThat(runWithChangelog(scenario)).doesNotContain("has a primary key");
      assertThat(scenario.destination().rows("public_t_changelog_keyed")).hasSize(2);
      assertThat(scenario.destination().rows("public_t_changes"))
          .extracting(row -> row.require("operation"))
          .contains("UPDATE", "DELETE");
      scenario.assertEqual();
    }
  }

  @Test
  void whatIsSaidOfBoundsThatDoNotFitTheTableMendsEach() throws Exception {
    try (Scenario scenario = Scenario.on(servers, "bounds")) {
      scenario.execute(
          "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
          "CREATE TABLE pairs (a int, b positive, v int, PRIMARY KEY (a, b))",
          "CREATE TABLE loose (id int, v int)",
          "CREATE TABLE cut (id int PRIMARY KEY, v int)",
          "INSERT INTO pairs SELECT n, n, n FROM generate_series(1, 9) n",
          "INSERT INTO loose VALUES (1, 1)",
          "INSERT INTO cut VALUES (1, 1)",
          "CREATE PUBLICATION bounds FOR TABLE pairs, loose, cut (v)");
      run(scenario);

      ask(scenario, "pairs", "--keyFrom=1");
      ask(scenario, "pairs", "--keyFrom=[\"1\",\"x\"]");
      ask(scenario, "pairs", "--keyFrom=[\"1\",\"-1\"]");
      ask(scenario, "loose", "--keyFrom=1");
      ask(scenario, "cut", "--keyFrom=1");
      String said = run(scenario);
      assertSaid(
          said,
          "A key bound has 1 values, the primary key 2. Give a value for each column of the"
              + " primary key, in its order.");
      assertThat(
              said.split(
                  "PostgreSQL could not read a key bound: a value is not of the column's type."
                      + " Correct the request.",
                  -1))
          .as("x, and what the domain does not take")
          .hasSize(3);
      assertSaid(
          said,
          "Table public.loose has no primary key, which a key bound is of. Ask for the whole"
              + " table.");
      assertSaid(
          said,
          "The publication leaves out primary-key columns of table public.cut. Ask for the whole"
              + " table.");
      Said several = Said.by(scenario, "backfill", "--tables=public.*", "--keyFrom=1");
      assertSaid(several.err(), "Key bounds go with one table, and --tables names 3. Name one");
      Said longer =
          Said.by(scenario, "backfill", "--tables=public.pairs", "--keyFrom=" + "1".repeat(5_000));
      assertSaid(
          longer.err(),
          "--keyFrom has a value of more than 4096 characters. Give a shorter one, which need not"
              + " be the key of a row, or leave the bounds out.");
      Said broken = Said.by(scenario, "backfill", "--tables=public.pairs", "--keyFrom=[1");
      assertSaid(broken.err(), "Give it as [\"first\",\"second\"]");

      ask(scenario, "pairs", "--keyFrom=[\"1\",\"1\"]", "--keyTo=[\"5\",\"5\"]");
      ask(scenario, "loose");
      ask(scenario, "cut");
      assertThat(run(scenario)).doesNotContain("failed");
      assertThat(scenario.ledger())
          .filteredOn(entry -> entry.endsWith(":REQUEST:FINISHED"))
          .containsExactlyInAnyOrder(
              "pairs:REQUEST:FINISHED", "loose:REQUEST:FINISHED", "cut:REQUEST:FINISHED");
      SchemaChangesIT.assertEqual(scenario, "pairs");
    }
  }

  private static void ask(Scenario scenario, String table, String... options) throws Exception {
    String[] all = new String[options.length + 1];
    all[0] = "--tables=public." + table;
    System.arraycopy(options, 0, all, 1, options.length);
    Said asked = Said.by(scenario, "backfill", all);
    assertThat(asked.exitCode()).as(asked.err()).isZero();
  }

  private static void assertSaid(String said, String message) {
    assertThat(said.replaceAll("\\s+", " ")).contains(message);
  }

  private static List<TextRow> openLetters(Scenario scenario) throws Exception {
    return scenario.destination().tables().contains("_walbeam_dead_letters_open")
        ? scenario.destination().rows("_walbeam_dead_letters_open")
        : List.of();
  }

  private static String run(Scenario scenario) throws Exception {
    try (Program run = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      return run.errors();
    }
  }

  private static String runWithChangelog(Scenario scenario) throws Exception {
    try (Program run =
        scenario.start(scenario.command().with("stopAt", "now").with("writeMode", "both"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      return run.errors();
    }
  }

  private static String runUntilAPersonActs(Scenario scenario) throws Exception {
    try (Program run = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(3);
      return run.errors();
    }
  }

  /** As ALTER TABLE ... ADD PRIMARY KEY (column) NOT ENFORCED does. */
  private static void declareKey(Scenario scenario, String table, String column) throws Exception {
    patch(
        scenario,
        table,
        "{\"tableConstraints\": {\"primaryKey\": {\"columns\": [\"" + column + "\"]}}}");
  }

  /** As ALTER TABLE ... DROP PRIMARY KEY does. */
  private static void dropKey(Scenario scenario, String table) throws Exception {
    patch(scenario, table, "{\"tableConstraints\": null}");
  }

  /** A table (id, v) that somebody else has made, without a key. */
  private static void createCopy(Scenario scenario, String table) throws Exception {
    send(
        scenario,
        "POST",
        "",
        "{\"tableReference\": {\"projectId\": \"demo\", \"datasetId\": \""
            + scenario.name()
            + "\", \"tableId\": \""
            + table
            + "\"}, \"schema\": {\"fields\": [{\"name\": \"id\", \"type\": \"INTEGER\"},"
            + " {\"name\": \"v\", \"type\": \"INTEGER\"}]}}");
  }

  /** A changelog of t as earlier versions made it. */
  private static void createEarlierChangelog(Scenario scenario) throws Exception {
    send(
        scenario,
        "POST",
        "",
        "{\"tableReference\": {\"projectId\": \"demo\", \"datasetId\": \""
            + scenario.name()
            + "\", \"tableId\": \"public_t_changelog\"}, \"schema\": {\"fields\": ["
            + "{\"name\": \"position\", \"type\": \"STRING\", \"mode\": \"REQUIRED\"}]},"
            + " \"tableConstraints\": {\"primaryKey\": {\"columns\": [\"position\"]}}}");
  }

  private static void patch(Scenario scenario, String table, String change) throws Exception {
    send(scenario, "PATCH", "/" + table, change);
  }

  private static void send(Scenario scenario, String method, String path, String body)
      throws IOException, InterruptedException {
    URI uri =
        URI.create(
            servers.endpoint()
                + "/bigquery/v2/projects/demo/datasets/"
                + scenario.name()
                + "/tables"
                + path);
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(uri)
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }
}
