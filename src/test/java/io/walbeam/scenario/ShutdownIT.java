package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL shuts down while walbeam has something that it cannot finish. */
class ShutdownIT {
  /** Fast, smart, immediate (PostgreSQL documentation, "Shutting Down the Server"). */
  private static final List<String> MODES = List.of("INT", "TERM", "QUIT");

  /** A smart one waits until it is noticed, so it is tried with nothing and with all. */
  private static final List<String> SHORT = List.of("INT", "QUIT");

  private static final String LARGE =
      "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n)";

  private Scenario scenario;
  private ChildProcess pipeline;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    scenario = Scenario.start(directory);
    execute(
        "CREATE TABLE documents (id int PRIMARY KEY, n int, body text)",
        "ALTER TABLE documents ALTER COLUMN body SET STORAGE EXTERNAL",
        "CREATE TABLE good (id int PRIMARY KEY, note text)",
        "CREATE TABLE forbidden (id int PRIMARY KEY, note text)",
        "INSERT INTO documents VALUES (1, 0, " + LARGE + ")",
        "CREATE ROLE replicator LOGIN REPLICATION",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO replicator");
    scenario.runToNow();
    // What waits here waits for as long as the test takes.
    pipeline =
        scenario.startProcess(
            scenario.command().with("postgresUser", "replicator").with("letGoAfter", "PT1H"));
  }

  @AfterEach
  void stop() throws Exception {
    pipeline.close();
    scenario.close();
  }

  @Test
  void noShutdownWaitsForWalbeamAndNothingIsLost() throws Exception {
    scenario.awaitReading(pipeline);
    shutDown(MODES, "nothing is pending");
    aLoneTerminationCostsNothing();
    aTableWaitsForAGrant();
    aDumpWaitsForBigQuery();
    bigQueryDoesNotAnswer();
    aReadBackIsPendingAndBigQueryDoesNotAnswer();
    // What waits for a person is tried again at a slow pace; another run tries it at once.
    pipeline.kill();
    scenario.runToNow();
    for (String table : List.of("documents", "good", "forbidden", "large")) {
      SchemaChangesIT.assertEqual(scenario, table);
    }
    assertThat(scenario.destination().deadLetters()).isEmpty();
  }

  private void aReadBackIsPendingAndBigQueryDoesNotAnswer() throws Exception {
    execute("REVOKE SELECT ON documents FROM replicator", "UPDATE documents SET n = n + 1");
    awaitSaid("replicator may not read all rows of table");
    signal("STOP", scenario.standIn().process().pid());
    execute("INSERT INTO good VALUES (5, 'not answered either')");
    shutDown(MODES, "a read-back is pending and BigQuery does not answer");
    signal("CONT", scenario.standIn().process().pid());
    execute("GRANT SELECT ON documents TO replicator");
  }

  /** A smart shutdown waits for every transaction, and so for a COPY whose rows nobody takes. */
  private void aDumpWaitsForBigQuery() throws Exception {
    send("POST", "{\"kind\": \"HUNG\", \"table\": \"public_large\"}");
    execute(
        "CREATE TABLE large (id int PRIMARY KEY, body text)",
        "GRANT SELECT ON large TO replicator",
        "INSERT INTO large SELECT n, " + LARGE + " || n FROM generate_series(1, 1500) n",
        "ALTER PUBLICATION " + scenario.name() + " ADD TABLE large");
    Await.until(
        "the dump reads",
        Scenario.DEADLINE,
        () ->
            scenario
                .query("SELECT 'reads' FROM pg_stat_activity WHERE query LIKE 'COPY%\"large\"%'")
                .isPresent());
    shutDown(List.of("TERM"), "rows of a dump are not taken");
    send("DELETE", "");
    scenario.await(
        pipeline, "the dump ends", () -> scenario.ledger().contains("large:INITIAL:FINISHED"));
  }

  private void bigQueryDoesNotAnswer() throws Exception {
    signal("STOP", scenario.standIn().process().pid());
    execute("INSERT INTO good VALUES (1, 'not answered')");
    shutDown(SHORT, "BigQuery does not answer");
    signal("CONT", scenario.standIn().process().pid());
  }

  private void aTableWaitsForAGrant() throws Exception {
    send("POST", "{\"kind\": \"PERMISSION_DENIED\", \"table\": \"public_forbidden\"}");
    execute("INSERT INTO forbidden VALUES (2, 'not granted')");
    awaitSaid("Table public_forbidden waits: ");
    shutDown(SHORT, "a table waits for a grant");
    send("DELETE", "");
  }

  private void aLoneTerminationCostsNothing() throws Exception {
    String said = pipeline.errors();
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'walbeam%' AND backend_type = 'client backend'"
            + " AND application_name <> 'walbeam-demo'");
    execute("INSERT INTO good VALUES (3, 'goes on')");
    scenario.awaitConfirmation(pipeline);
    assertThat(pipeline.errors().substring(said.length())).doesNotContain("shuts down");
    execute(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active",
        "INSERT INTO good VALUES (4, 'comes back')");
    scenario.awaitConfirmation(pipeline);
  }

  private void shutDown(List<String> modes, String state) throws Exception {
    for (String mode : modes) {
      Path pidFile = scenario.source().pidFile();
      signal(mode, scenario.source().processId());
      Await.until(
          "PostgreSQL has ended after SIG" + mode + " while " + state,
          Scenario.DEADLINE,
          () -> !Files.exists(pidFile));
      scenario.assertRunning(pipeline);
      scenario.source().restart();
      scenario.awaitReading(pipeline);
    }
  }

  private void awaitSaid(String text) throws Exception {
    Await.until(
        "it says: " + text,
        Scenario.DEADLINE,
        () -> {
          scenario.assertRunning(pipeline);
          return pipeline.errors().contains(text);
        });
  }

  private void execute(String... statements) throws SQLException {
    scenario.execute(statements);
  }

  private void send(String method, String body) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(scenario.standIn().endpoint() + "/_standin/faults"))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private static void signal(String signal, long pid) throws Exception {
    int exitCode = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    assertThat(exitCode).isZero();
  }
}
