package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.walbeam.change.Lsn;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TextRow;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One table that a person must mend holds nothing up, and comes back whole. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LetGoIT {
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

  @AfterEach
  void clearFaults() throws Exception {
    send("DELETE", "/_standin/faults", "");
  }

  @Test
  void aTableWithoutAGrantIsLetGoAndItsKeysAreRemembered() throws Exception {
    Scenario scenario = tables("grant");
    String http = "localhost:" + freePort();
    try (Program run =
        scenario.start(scenario.command().with("letGoAfter", "PT1S").with("http", http))) {
      scenario.awaitReading(run);
      scenario.execute(
          "INSERT INTO bad VALUES (1, 'secret one'), (2, 'secret two'), (3, 'secret three')",
          "INSERT INTO good VALUES (1, 'before')");
      scenario.awaitConfirmation(run);
      // Of a dump that is let go all of its table is missing, not only keys.
      scenario.await(run, "it is dumped", () -> scenario.ledger().contains("bad:INITIAL:FINISHED"));
      deny("public_bad");
      scenario.execute(
          "UPDATE bad SET note = 'secret' WHERE id = 1",
          "UPDATE bad SET id = 20 WHERE id = 2",
          "DELETE FROM bad WHERE id = 3");
      int[] next = {2};
      scenario.await(
          run,
          "it is let go",
          () -> {
            scenario.execute("INSERT INTO good VALUES (" + next[0]++ + ", 'flows')");
            return run.errors().contains("Table public_bad is let go");
          });
      scenario.awaitConfirmation(run);
      scenario.assertSlotNotAheadOfState();
      assertThat(letters(scenario))
          .containsExactlyInAnyOrder(
              "let_go {\"id\":\"1\"}",
              "let_go {\"id\":\"2\"}",
              "let_go {\"id\":\"20\"}",
              "let_go {\"id\":\"3\"}");
      assertThat(scenario.destination().deadLetters())
          .allSatisfy(letter -> assertThat(letter.toString()).doesNotContain("secret"));
      assertThat(scenario.ledger()).contains("bad:LET_GO:REQUESTED");
      assertThat(scenario.destination().rows("_walbeam_dead_letters_open")).hasSize(4);
      assertSaidOverHttp(http);
      run.terminate();
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(OPERATOR);
      assertThat(run.errors())
          .contains("public_bad", "Grant the role BigQuery Data Editor")
          .containsPattern("[0-9]+ changes are missing in what was let go: public.bad");
    }
    assertStillLetGo(scenario);
    clearFaults();
    scenario.runToNow(stopAtNow(scenario));
    assertThat(scenario.destination().rows("_walbeam_backfills").toString())
        .as("only the keys are dumped")
        .contains("letters");
    assertComesBack(scenario);
  }

  @Test
  void aTableThatDoesNotFitLeavesOneEntryHoweverManyRowsChange() throws Exception {
    Scenario scenario = tables("unfit");
    createWithoutKey(scenario, "public_bad");
    scenario.execute(
        "INSERT INTO bad SELECT n, 'secret' FROM generate_series(1, 30000) n",
        "INSERT INTO good VALUES (1, 'flows')");
    assertStillLetGo(scenario);
    scenario.execute(
        "UPDATE bad SET note = 'other secret'",
        "TRUNCATE bad",
        "INSERT INTO bad SELECT n, 'last' FROM generate_series(1, 5) n",
        "INSERT INTO good VALUES (2, 'flows')");
    assertStillLetGo(scenario);
    assertThat(scenario.destination().deadLetters()).isEmpty();
    send("DELETE", table(scenario, "public_bad"), "");
    assertComesBack(scenario);
  }

  /** The run goes on, so it is ready, and every page names what is missing and no value of it. */
  private static void assertSaidOverHttp(String address) throws Exception {
    HttpResponse<String> ready = get(address, "/readyz");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body())
        .startsWith("ready\nbut changes are missing in public.bad, which was let go: ");
    assertThat(get(address, "/metrics").body())
        .contains("\nwalbeam_tables_let_go 1.0\n", "\nwalbeam_stalls 0.0\n")
        .containsPattern("\nwalbeam_missing_changes [1-9]");
    JsonNode status = new ObjectMapper().readTree(get(address, "/status.json").body());
    assertThat(status.path("ready").asBoolean()).isTrue();
    assertThat(status.path("stalls")).isEmpty();
    assertThat(status.path("missingChanges").asLong()).isPositive();
    assertThat(status.path("letGo").path(0).path("table").asText()).isEqualTo("public.bad");
    assertThat(status.toString()).doesNotContain("secret");
  }

  private static HttpResponse<String> get(String address, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static Scenario tables(Servers servers, String name) throws Exception {
    Scenario scenario = Scenario.on(servers, "letgo_" + name);
    scenario.execute(
        "CREATE TABLE bad (id int PRIMARY KEY, note text)",
        "CREATE TABLE good (id int PRIMARY KEY, note text)");
    return scenario;
  }

  private Scenario tables(String name) throws Exception {
    return tables(servers, name);
  }

  /** Everything else is written and confirmed, and the end says what is missing. */
  private static void assertStillLetGo(Scenario scenario) throws Exception {
    Lsn end = scenario.slot().confirmed().isPresent() ? scenario.slot().serverPosition() : Lsn.ZERO;
    try (Program run = scenario.start(stopAtNow(scenario))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(OPERATOR);
      assertThat(run.errors())
          .contains("Everything else is written and confirmed to slot " + scenario.name())
          .contains("public.bad")
          .doesNotContain("Exception", "secret");
    }
    scenario.assertConfirmedTo(end);
    scenario.assertSlotNotAheadOfState();
    SchemaChangesIT.assertEqual(scenario, "good");
    assertThat(scenario.ledger()).contains("bad:LET_GO:REQUESTED");
  }

  private static void assertComesBack(Scenario scenario) throws Exception {
    scenario.runToNow(stopAtNow(scenario));
    scenario.assertEqualApartFromDeadLetters();
    scenario.runToNow(stopAtNow(scenario));
    assertThat(scenario.ledger())
        .contains("bad:LET_GO:SUPERSEDED")
        .doesNotContain("bad:LET_GO:REQUESTED");
    if (scenario.destination().tables().contains("_walbeam_dead_letters")) {
      assertThat(scenario.destination().rows("_walbeam_dead_letters_open")).isEmpty();
    }
    scenario.close();
  }

  private static PipelineCommand stopAtNow(Scenario scenario) throws IOException {
    return scenario.command().with("stopAt", "now");
  }

  private static List<String> letters(Scenario scenario) throws InterruptedException {
    return scenario.destination().deadLetters().stream().map(LetGoIT::letter).toList();
  }

  private static String letter(TextRow letter) {
    return letter.require("error_class") + " " + letter.require("key");
  }

  private void deny(String table) throws Exception {
    send(
        "POST",
        "/_standin/faults",
        "{\"kind\": \"PERMISSION_DENIED\", \"table\": \"" + table + "\"}");
  }

  private void createWithoutKey(Scenario scenario, String name) throws Exception {
    send(
        "POST",
        "/bigquery/v2/projects/demo/datasets/" + scenario.name() + "/tables",
        "{\"tableReference\": {\"projectId\": \"demo\", \"datasetId\": \""
            + scenario.name()
            + "\", \"tableId\": \""
            + name
            + "\"}, \"schema\": {\"fields\": [{\"name\": \"id\", \"type\": \"INTEGER\"}]}}");
  }

  private static String table(Scenario scenario, String name) {
    return "/bigquery/v2/projects/demo/datasets/" + scenario.name() + "/tables/" + name;
  }

  private void send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(servers.endpoint() + path))
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
  }
}
