package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.ChildProcess;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Truncations against a stand-in whose queries show old data, as BigQuery's do: who asks too early
 * for what is to be deleted finds nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TruncateIT {
  private Servers servers;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.hereWithStaleReads();
  }

  @AfterAll
  void stop() throws Exception {
    servers.close();
  }

  /** Two tables of a hundred rows, one referring to the other. */
  private Scenario shop(String name) throws Exception {
    Scenario fixture = Scenario.on(servers, name);
    fixture.execute(
        "CREATE TABLE parent (id serial PRIMARY KEY, v text)",
        "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)",
        "INSERT INTO parent (v) SELECT 'p' FROM generate_series(1, 100)",
        "INSERT INTO child SELECT g, g FROM generate_series(1, 100) g");
    return fixture;
  }

  private static PipelineCommand command(Scenario fixture) throws Exception {
    return fixture.command().with("maxStaleness", "PT3S");
  }

  /** Old data is gone from queries once it is older than the staleness. */
  private static void assertEqualSoon(Scenario fixture, String table, int rows) throws Exception {
    io.walbeam.local.demo.Await.until(
        table + " has " + rows + " rows",
        Scenario.DEADLINE,
        () -> fixture.destination().rows(table).size() == rows);
  }

  @Test
  void truncatedTablesAreEmptiedThoughQueriesShowOldDataAndLaterRowsStay() throws Exception {
    Scenario fixture = shop("emptied");
    fixture.runToNow(command(fixture));
    fixture.execute(
        "INSERT INTO parent (v) SELECT 'just before' FROM generate_series(1, 50)",
        "TRUNCATE parent RESTART IDENTITY CASCADE",
        "INSERT INTO parent (v) VALUES ('after')",
        "INSERT INTO child VALUES (1, 1), (500, 1)");
    fixture.runToNow(command(fixture));
    assertEqualSoon(fixture, "public_parent", 1);
    assertEqualSoon(fixture, "public_child", 2);
    fixture.assertEqual();
  }

  @Test
  void aTruncationIsInTheLedgerBeforeThePositionPassesItAndOutlivesAKill() throws Exception {
    Scenario fixture = shop("noted");
    PipelineCommand slow = fixture.command().with("maxStaleness", "PT10S");
    fixture.runToNow(slow);
    fixture.execute("TRUNCATE child", "INSERT INTO child VALUES (7, 7)");
    Lsn truncation = Lsn.parse(fixture.query("SELECT pg_current_wal_lsn()::text").orElseThrow());
    try (ChildProcess pipeline = fixture.startProcess(slow)) {
      fixture.awaitReading(pipeline);
      fixture.await(
          pipeline,
          "the truncation waits",
          () -> pipeline.errors().contains("public_child waits: outdated rows"));
      fixture.await(
          pipeline,
          "the slot is not held by it",
          () ->
              fixture.destination().state("noted").orElseThrow().confirmed().compareTo(truncation)
                  >= 0);
      assertThat(fixture.ledger()).contains("child:TRUNCATE:REQUESTED");
      pipeline.kill();
    }
    fixture.runToNow(slow);
    assertThat(fixture.ledger()).contains("child:TRUNCATE:FINISHED");
    assertEqualSoon(fixture, "public_child", 1);
    fixture.assertEqual();
  }

  @Test
  void aTruncationOfMoreRowsThanAllowedIsLeftToAPersonAndADumpMendsIt() throws Exception {
    Scenario fixture = shop("limited");
    fixture.runToNow(command(fixture));
    fixture.execute("TRUNCATE child", "INSERT INTO child VALUES (1, 1)");
    fixture.runToNow(command(fixture).with("truncateLimit", "10"));
    assertThat(fixture.destination().deadLetters())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(Scenario.text(letter, "error_message")).contains("--truncateLimit"));
    try (Program backfill =
        fixture.start(command(fixture).with("tables", "public.child").command("backfill"))) {
      assertThat(backfill.exitCode(Scenario.DEADLINE)).as(backfill.errors()).isZero();
    }
    fixture.runToNow(command(fixture));
    assertEqualSoon(fixture, "public_child", 1);
    fixture.assertEqualApartFromDeadLetters();
  }

  @Test
  void whereTruncationsAreLoggedOnlyTheRowsStayAndADeadLetterSaysSo() throws Exception {
    Scenario fixture = shop("logged");
    fixture.runToNow(command(fixture));
    fixture.execute("TRUNCATE child");
    fixture.runToNow(command(fixture).with("truncate", "log"));
    assertThat(fixture.destination().deadLetters()).hasSize(1);
    assertEqualSoon(fixture, "public_child", 100);
  }

  @Test
  void aTruncationInTheMiddleOfADumpEndsItAndNoDumpedRowComesBack() throws Exception {
    Scenario fixture = Scenario.on(servers, "middle");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 30000) g");
    try (Program pipeline =
        fixture.start(
            command(fixture).with("snapshotChunkRows", "1").with("snapshotParallelism", "1"))) {
      fixture.awaitReading(pipeline);
      fixture.await(
          pipeline,
          "the dump has begun",
          () ->
              fixture.destination().tables().contains("public_t")
                  && fixture.ledger().contains("t:INITIAL:RUNNING"));
      fixture.execute("TRUNCATE t", "INSERT INTO t VALUES (1, 'only')");
      fixture.await(
          pipeline,
          "the dump is over",
          () ->
              fixture.ledger().contains("t:INITIAL:SUPERSEDED")
                  || fixture.ledger().contains("t:INITIAL:FINISHED"));
    }
    fixture.runToNow(command(fixture));
    assertEqualSoon(fixture, "public_t", 1);
    fixture.assertEqual();
  }
}
