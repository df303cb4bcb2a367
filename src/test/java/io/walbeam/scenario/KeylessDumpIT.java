package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.TextRow;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Without a key nothing tells that a row which was read is the one that the stream brings, so both
 * are in the changelog, and each says how it came.
 */
class KeylessDumpIT {
  @Test
  void theDumpOfATableWithoutColumnsEndsAndHasItsRows() throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "columnless")) {
      fixture.execute(
          "CREATE TABLE nothing ()",
          "INSERT INTO nothing DEFAULT VALUES",
          "CREATE TABLE emptied (a int)",
          "INSERT INTO emptied VALUES (1), (2)",
          "ALTER TABLE emptied DROP COLUMN a");
      fixture.runToNow();
      assertThat(fixture.destination().rows("public_nothing_changelog"))
          .extracting(row -> row.require("after"))
          .containsExactly("{}");
      assertThat(fixture.destination().rows("public_emptied_changelog"))
          .extracting(row -> row.require("after"))
          .containsExactly("{}", "{}");
    }
  }

  @Test
  void aRowInsertedBetweenRequestAndReadIsThereAsReadAndAsInsertAndOthersOnlyAsRead()
      throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "keyless")) {
      fixture.execute(
          "CREATE TABLE seen (id int PRIMARY KEY)",
          "CREATE TABLE events (a int)",
          "INSERT INTO events SELECT generate_series(1, 100)",
          "CREATE PUBLICATION keyless FOR TABLE seen");
      fixture.runToNow();
      try (Connection early = fixture.connect();
          Statement statement = early.createStatement()) {
        // The dump waits for this transaction, so that there is a time between request and read.
        early.setAutoCommit(false);
        statement.execute("INSERT INTO seen VALUES (1)");
        fixture.execute("ALTER PUBLICATION keyless ADD TABLE events");
        try (Program pipeline = fixture.start(fixture.command())) {
          fixture.awaitReading(pipeline);
          fixture.await(
              pipeline,
              "the dump waits",
              () -> pipeline.errors().contains("Table public.events waits"));
          fixture.execute("INSERT INTO events SELECT generate_series(101, 110)");
          early.commit();
          fixture.await(
              pipeline,
              "the dump is finished",
              () -> fixture.ledger().contains("events:INITIAL:FINISHED"));
        }
      }
      fixture.runToNow();
      List<String> rows = new ArrayList<>();
      for (TextRow row :
          fixture
              .destination()
              .query(
                  "SELECT CAST(JSON_VALUE(after, '$.a') AS INT64) AS a, operation FROM"
                      + " `demo.keyless.public_events_changes` ORDER BY a, position")) {
        rows.add(row.require("a") + " " + row.require("operation"));
      }
      List<String> expected = new ArrayList<>();
      for (int a = 1; a <= 110; a++) {
        expected.add(a + " READ");
        if (a > 100) {
          expected.add(a + " INSERT");
        }
      }
      assertThat(rows).isEqualTo(expected);
    }
  }
}
