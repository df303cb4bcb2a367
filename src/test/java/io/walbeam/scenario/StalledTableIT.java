package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.Destination;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TextRow;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** One table that cannot be written: the others flow, and the position says so. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StalledTableIT {
  private static final int OPERATOR = 3;

  private Servers servers;
  private Scenario scenario;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.here();
    scenario = Scenario.shop(servers, "stalled");
    execute(
        "CREATE TABLE bad (id int PRIMARY KEY, note text)",
        "CREATE TABLE good (id int PRIMARY KEY, note text)");
    try (Program first = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(first.exitCode(Scenario.DEADLINE)).as(first.errors()).isZero();
    }
  }

  @AfterAll
  void stop() throws Exception {
    scenario.close();
    servers.close();
  }

  @AfterEach
  void clearFaults() throws Exception {
    send("DELETE", "");
  }

  @Test
  @Order(1)
  void othersFlowWhileATableIsParkedAndTheRunEndsWithItsReason() throws Exception {
    execute("INSERT INTO bad VALUES (1, 'before')", "INSERT INTO good VALUES (1, 'before')");
    try (Program pipeline = scenario.start(scenario.command())) {
      scenario.awaitConfirmation(pipeline);
      send("POST", "{\"kind\": \"PERMISSION_DENIED\", \"table\": \"public_bad\"}");
      Lsn limit = scenario.slot().serverPosition();
      execute("INSERT INTO bad VALUES (2, 'parked')");
      for (int i = 2; i < 40; i++) {
        execute(
            "INSERT INTO good VALUES (" + i + ", 'flows')", "UPDATE bad SET note = 'n" + i + "'");
        awaitIds(pipeline, "public_good", i);
      }
      assertThat(ids("public_bad")).containsExactly(1);
      assertThat(pipeline.errors())
          .contains("Table public_bad waits: ")
          .contains("bigquery.tables.updateData");
      assertThat(scenario.slot().isConfirmedTo(scenario.slot().serverPosition())).isFalse();

      pipeline.terminate();
      assertThat(pipeline.exitCode(Scenario.DEADLINE)).as(pipeline.errors()).isEqualTo(OPERATOR);
      assertThat(pipeline.errors())
          .contains("The run ends, but rows of table public_bad are not written")
          .contains("Grant the role BigQuery Data Editor")
          .doesNotContain("Exception");
      assertThat(scenario.slot().confirmed())
          .hasValueSatisfying(
              lsn -> assertThat(lsn).as("confirmed").isLessThan(positionAfter(limit)));
      scenario.assertSlotNotAheadOfState();
    }
    try (Program last = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(last.exitCode(Scenario.DEADLINE)).as(last.errors()).isEqualTo(OPERATOR);
      assertThat(last.errors()).contains("changes are missing in what was let go: public.bad.");
    }
    send("DELETE", "");
    finishAndCompare();
  }

  @Test
  @Order(2)
  void rowsThatWaitedForASchemaLandAndThePositionMovesOn() throws Exception {
    try (Program pipeline = scenario.start(scenario.command())) {
      execute("INSERT INTO bad VALUES (99, 'before')", "INSERT INTO good VALUES (99, 'before')");
      scenario.awaitConfirmation(pipeline);
      send(
          "POST",
          "{\"kind\": \"SCHEMA_DELAY\", \"table\": \"public_bad\", \"durationMillis\": 6000}");
      execute(
          "ALTER TABLE bad ADD COLUMN more int DEFAULT 7",
          "INSERT INTO bad VALUES (100, 'waits', 8)",
          "INSERT INTO good VALUES (100, 'does not')");
      awaitIds(pipeline, "public_good", 100);
      execute("UPDATE bad SET note = note || '!'");
      scenario.awaitConfirmation(pipeline);
      scenario.assertSlotNotAheadOfState();
      assertThat(pipeline.errors()).contains("Table public_bad waits: ");
      assertThat(ids("public_bad")).contains(100);
    }
    finishAndCompare();
  }

  @Test
  @Order(3)
  void ofARowWhoseLastImageIsRefusedTheImageBeforeIsWritten() throws Exception {
    try (Program pipeline = scenario.start(scenario.command())) {
      scenario.awaitReading(pipeline);
      execute("INSERT INTO good VALUES (199, 'before')");
      scenario.awaitConfirmation(pipeline);
      send(
          "POST",
          "{\"kind\": \"ROW_ERRORS\", \"table\": \"public_good\", \"contains\": \"poison\"}");
      execute(
          "INSERT INTO good VALUES (200, 'first'), (201, 'poison');"
              + " UPDATE good SET note = 'second' WHERE id = 200;"
              + " UPDATE good SET note = 'poison' WHERE id IN (199, 200);"
              + " INSERT INTO good VALUES (202, 'last')");
      scenario.awaitConfirmation(pipeline);
    }
    assertThat(scenario.destination().rows("public_good"))
        .extracting(row -> row.require("id") + " " + row.require("note"))
        .contains("199 before", "200 second", "202 last")
        .doesNotContain("201 poison");
    assertThat(deadLetters())
        .extracting(letter -> letter.require("stage") + " " + letter.require("key"))
        .containsExactlyInAnyOrder(
            "append {\"id\":\"199\"}", "append {\"id\":\"200\"}", "append {\"id\":\"201\"}");
  }

  @Test
  @Order(4)
  void othersFlowWhileTheDeadLetterTableIsParkedAndNoDeadLetterIsLost() throws Exception {
    try (Program pipeline = scenario.start(scenario.command())) {
      scenario.awaitReading(pipeline);
      send("POST", "{\"kind\": \"PERMISSION_DENIED\", \"table\": \"_walbeam_dead_letters\"}");
      send(
          "POST",
          "{\"kind\": \"ROW_ERRORS\", \"table\": \"public_bad\", \"contains\": \"poison\"}");
      for (int i = 300; i < 320; i++) {
        execute(
            "INSERT INTO bad VALUES (" + i + ", 'poison')",
            "INSERT INTO good VALUES (" + i + ", 'flows')");
        awaitIds(pipeline, "public_good", i);
      }
      assertThat(pipeline.errors()).contains("Table _walbeam_dead_letters waits: ");
      assertThat(scenario.slot().isConfirmedTo(scenario.slot().serverPosition())).isFalse();
      send("DELETE", "");
      send(
          "POST",
          "{\"kind\": \"ROW_ERRORS\", \"table\": \"public_bad\", \"contains\": \"poison\"}");
      scenario.awaitConfirmation(pipeline);
      scenario.assertSlotNotAheadOfState();
    }
    assertThat(scenario.destination().deadLetters())
        .extracting(letter -> letter.require("key"))
        .containsAll(IntStream.range(300, 320).mapToObj(id -> "{\"id\":\"" + id + "\"}").toList());
  }

  private Lsn positionAfter(Lsn limit) {
    // The commit that is parked ends beyond what the log had before it, by a record or two.
    return new Lsn(limit.value() + 1024);
  }

  private void awaitIds(Program pipeline, String table, int id) throws Exception {
    Await.until(
        "row " + id + " is in " + table,
        Scenario.DEADLINE,
        () -> {
          scenario.assertRunning(pipeline);
          return ids(table).contains(id);
        });
  }

  private List<Integer> ids(String table) throws InterruptedException {
    Destination destination = scenario.destination();
    if (!destination.tables().contains(table)) {
      return List.of();
    }
    return destination.rows(table).stream()
        .map(row -> Integer.valueOf(row.require("id")))
        .sorted()
        .toList();
  }

  private void finishAndCompare() throws Exception {
    try (Program last = scenario.start(scenario.command().with("stopAt", "now"))) {
      assertThat(last.exitCode(Scenario.DEADLINE)).as(last.errors()).isZero();
    }
    for (String table : List.of("bad", "good")) {
      SchemaChangesIT.assertEqual(scenario, table);
    }
    assertThat(deadLetters()).isEmpty();
  }

  /** Of what a run let go at its end only keys are left, and the next one has dumped it. */
  private List<TextRow> deadLetters() throws InterruptedException {
    return scenario.destination().deadLetters().stream()
        .filter(letter -> !letter.require("error_class").equals("let_go"))
        .toList();
  }

  private void execute(String... statements) throws SQLException {
    scenario.execute(statements);
  }

  private void send(String method, String body) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(servers.endpoint() + "/_standin/faults"))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }
}
