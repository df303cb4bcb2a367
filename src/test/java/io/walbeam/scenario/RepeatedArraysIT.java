package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.TextRow;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Arrays as REPEATED columns, from both ways in to queries of their elements. */
class RepeatedArraysIT {
  private static final String COLUMNS =
      "b bool[], i int2[], f float8[], n numeric(12,3)[], big numeric[], d date[], t time[],"
          + " ts timestamp[], tz timestamptz[], x bytea[], u uuid[], s text[], j jsonb[], m mood[],"
          + " r int4range[]";

  private static final String VALUES =
      "'{t,f}', '{1,-2}', '{1.5,NaN}', '{1.250,-3}', '{0.1,12345678901234567890}',"
          + " '{2024-02-29}', '{12:00:00.5}', '{2024-01-02 03:04:05}',"
          + " '{2024-01-02 03:04:05.000001+00}', '{\"\\\\x0aff\",\"\\\\x\"}',"
          + " '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{\"\",\"NULL\",\"x,y\"}',"
          + " '{\"{\\\"a\\\": 1}\",\"null\"}', '{glad}', '{\"[1,5)\"}'";

  @Test
  void dumpAndStreamWriteElementsThatCanBeQueried() throws Exception {
    try (Servers servers = Servers.here();
        Scenario fixture = Scenario.on(servers, "repeated_arrays")) {
      fixture.execute(
          "CREATE TYPE mood AS ENUM ('glad', 'sad')",
          "CREATE TABLE a (id int PRIMARY KEY, " + COLUMNS + ")",
          "INSERT INTO a VALUES (1, " + VALUES + ")",
          "INSERT INTO a (id) VALUES (2)",
          "CREATE TABLE odd (id int PRIMARY KEY, v int[])",
          "INSERT INTO odd VALUES (1, '{1,NULL}'), (2, '{}'), (3, NULL), (4, '{1,2}')");
      PipelineCommand command =
          fixture.command().with("arrays", "repeated").with("unrepresentable", "arrays:string");
      fixture.runToNow(command);
      fixture.execute(
          "INSERT INTO a VALUES (3, " + VALUES + ")",
          "INSERT INTO a (id) VALUES (4)",
          "INSERT INTO odd VALUES (5, '{{1,2}}'), (6, '[0:0]={7}'), (7, '{3}')",
          "UPDATE odd SET v = '{8,9}' WHERE id = 1",
          "DELETE FROM odd WHERE id = 4",
          "ALTER TABLE odd ADD COLUMN later text[]",
          "INSERT INTO odd VALUES (8, '{4}', '{x}')");
      fixture.runToNow(command);

      Said verified =
          Said.verify(fixture, "--values", "--arrays=repeated", "--unrepresentable=arrays:string");
      assertThat(verified.exitCode()).as("%s", verified).isZero();
      List<TextRow> rows = byId(fixture, "public_a");
      assertThat(texts(rows.get(0)))
          .containsExactly(
              "[true, false]",
              "[1, -2]",
              "[1.5, NaN]",
              "[1.25, -3]",
              "[0.1, 12345678901234567890]",
              "[2024-02-29]",
              "[12:00:00.5]",
              "[2024-01-02T03:04:05]",
              "[2024-01-02T03:04:05.000001Z]",
              "[\\x0aff, \\x]",
              "[a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11]",
              "[, NULL, x,y]",
              "[{\"a\": 1}, null]",
              "[glad]",
              "[{\"lower\":1,\"upper\":5,\"bounds\":\"[)\"}]");
      assertThat(texts(rows.get(2))).isEqualTo(texts(rows.get(0)));
      assertThat(texts(rows.get(1))).containsOnly("[]");
      assertThat(texts(rows.get(3))).containsOnly("[]");
      assertThat(byId(fixture, "public_odd"))
          .extracting(
              row ->
                  String.join(
                      " ",
                      row.require("id"),
                      row.require("v"),
                      row.get("v__text").orElse("-"),
                      row.require("later")))
          .containsExactly(
              "1 [8, 9] - []",
              "2 [] {} []",
              "3 [] - []",
              "5 [] {{1,2}} []",
              "6 [] [0:0]={7} []",
              "7 [3] - []",
              "8 [4] - [x]");
      assertThat(fixture.destination().deadLetters()).isEmpty();
      assertThat(
              fixture
                  .destination()
                  .query(
                      "SELECT id FROM `repeated_arrays.public_a`, UNNEST(i) AS e WHERE e = -2"
                          + " ORDER BY id"))
          .extracting(row -> row.require("id"))
          .containsExactly("1", "3");
    }
  }

  private static List<TextRow> byId(Scenario fixture, String table) throws Exception {
    return fixture.destination().rows(table).stream()
        .sorted(Comparator.comparing(row -> row.require("id")))
        .toList();
  }

  private static List<String> texts(TextRow row) {
    return Stream.of(COLUMNS.split(", ", -1))
        .map(column -> row.require(column.substring(0, column.indexOf(' '))))
        .toList();
  }
}
