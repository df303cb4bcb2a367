package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.TextRow;
import io.walbeam.postgres.DdlCapture;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the stream itself tells of altered tables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlterationsIT {
  private Servers servers;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  void stop() throws Exception {
    servers.close();
  }

  @Test
  void whatWasChangedAndChangedBackBetweenTwoLooksIsNoticedOnce() throws Exception {
    SchemaTables tables = new SchemaTables(SchemaCases.moments());
    Scenario fixture = Scenario.on(servers, "changed_back");
    tables.create(fixture);
    fixture.runToNow();
    tables.change(fixture);
    // What is noticed after the fence is dumped by the next run.
    fixture.runToNow();
    fixture.runToNow();
    assertThat(tables.differences(fixture)).isEmpty();
    assertThat(changes(fixture, "DUMP")).hasSize(tables.cases().size());
    fixture.runToNow();
    tables.assertDumps(fixture);

    fixture.execute(
        "ALTER PUBLICATION changed_back SET (publish = 'insert')",
        "UPDATE other_name SET a = 'unseen' WHERE id = 1",
        "DELETE FROM other_name WHERE id = 7",
        "ALTER PUBLICATION changed_back SET (publish = 'insert, update, delete, truncate')");
    fixture.runToNow();
    assertThat(tables.differences(fixture)).as("a publication that carried less").isEmpty();
    fixture.close();
  }

  @Test
  void rowsOfATableThatWasDroppedBeforeTheFirstDumpAreNotThoseOfItsSuccessor() throws Exception {
    Scenario fixture = Scenario.on(servers, "dropped_first");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)",
        "CREATE PUBLICATION dropped_first FOR TABLE t",
        "SELECT pg_create_logical_replication_slot('dropped_first', 'pgoutput')",
        "INSERT INTO t VALUES (1, 'gone'), (2, 'gone')",
        "DROP TABLE t",
        "CREATE TABLE t (id int PRIMARY KEY, a text)",
        "ALTER PUBLICATION dropped_first ADD TABLE t",
        "INSERT INTO t VALUES (2, 'there')");
    fixture.runToNow();
    fixture.assertEqual();
    fixture.close();
  }

  @Test
  void stepsThatEndInWhatTheCatalogueHasNeedNoDump() throws Exception {
    Scenario fixture = prepared("steps");
    fixture.execute(
        "ALTER TABLE t ADD COLUMN c int",
        "INSERT INTO t VALUES (3, 'a3', 'b3', 3)",
        "ALTER TABLE t ADD COLUMN d int",
        "INSERT INTO t VALUES (4, 'a4', 'b4', 4, 4)",
        "ALTER TABLE t DROP COLUMN b",
        "INSERT INTO t VALUES (5, 'a5', 5, 5)");
    fixture.runToNow();
    assertThat(fixture.ledger()).hasSize(1);
    assertThat(changes(fixture, "DUMP")).isEmpty();
    fixture.close();
  }

  @Test
  void whatAnEventTriggerTellsIsWrittenDownInOrder() throws Exception {
    Scenario fixture = prepared("captured");
    fixture.execute(DdlCapture.installation().toArray(String[]::new));
    fixture.execute(
        "ALTER TABLE t ADD COLUMN c int DEFAULT 7",
        "INSERT INTO t VALUES (3, 'a3', 'b3', 3)",
        "CREATE TYPE mood AS ENUM ('good')",
        "ALTER TABLE t ADD COLUMN m mood; ALTER TYPE mood RENAME VALUE 'good' TO 'fine'",
        "CREATE TEMPORARY TABLE passing (id int)",
        "DROP TABLE other");
    fixture.runToNow();
    fixture.runToNow();
    fixture.assertEqual();
    assertThat(rows(fixture, "CAPTURED"))
        .extracting(row -> row.require("table_name") + ": " + row.require("statement"))
        .containsExactly(
            "t: ALTER TABLE t ADD COLUMN c int DEFAULT 7",
            "t: ALTER TABLE t ADD COLUMN m mood",
            "t: ALTER TYPE mood RENAME VALUE 'good' TO 'fine'",
            "other: DROP TABLE other");
    fixture.execute(DdlCapture.removal().toArray(String[]::new));
    fixture.execute("ALTER TABLE t ADD COLUMN after_all int");
    fixture.runToNow();
    assertThat(rows(fixture, "CAPTURED")).hasSize(4);
    fixture.close();
  }

  private Scenario prepared(String name) throws Exception {
    Scenario fixture = Scenario.on(servers, name);
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
        "INSERT INTO t VALUES (1, 'a1', 'b1'), (2, 'a2', 'b2')");
    if (name.equals("captured")) {
      fixture.execute("CREATE TABLE other (id int PRIMARY KEY)");
    }
    fixture.runToNow();
    return fixture;
  }

  private static List<String> changes(Scenario fixture, String done) throws Exception {
    return rows(fixture, done).stream().map(row -> row.require("change")).toList();
  }

  private static List<TextRow> rows(Scenario fixture, String done) throws Exception {
    return fixture.destination().rows("_walbeam_schema_changes").stream()
        .filter(row -> row.require("done").equals(done))
        .sorted(java.util.Comparator.comparing(row -> row.require("position")))
        .toList();
  }
}
