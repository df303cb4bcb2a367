package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Dumps by the finished program: what was there before, what is asked for, what is refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DumpIT {
  /** Sessions of dumps, ended from outside. */
  private static final String END_READERS =
      "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity"
          + " WHERE application_name LIKE 'walbeam-dumps:%' AND datname = current_database()";

  /** Few enough that a dump gets on in between. */
  private static final int SESSIONS_TO_END = 6;

  private Servers servers;

  @BeforeAll
  void start() throws Exception {
    servers = Servers.here();
  }

  @AfterAll
  void stop() throws Exception {
    servers.close();
  }

  private Scenario fixture(String name) throws Exception {
    return Scenario.on(servers, name);
  }

  @Test
  void rowsThatWereThereBeforeAreEqualWhateverTheirKeyAndTypes() throws Exception {
    Scenario fixture = fixture("before");
    fixture.execute(
        """
        CREATE TABLE "Weird ""Name" (f text, "order" int, v text, PRIMARY KEY (f, "order"))\
        """,
        """
        INSERT INTO "Weird ""Name" SELECT 'k' || g, g, E'tab\\there\\\\ \\n' || g
        FROM generate_series(1, 3000) g\
        """,
        "CREATE TABLE ids (id uuid PRIMARY KEY, b bool, ts timestamptz, n numeric(12,3), raw"
            + " bytea)",
        """
        INSERT INTO ids SELECT md5(g::text)::uuid, g % 2 = 0,
          timestamptz '2020-01-01' + g * interval '1 second', g / 7.0, decode(md5(g::text), 'hex')
        FROM generate_series(1, 2000) g\
        """,
        "INSERT INTO ids (id) VALUES ('00000000-0000-0000-0000-000000000000')",
        "CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (500)",
        "CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (500) TO (1000)",
        "INSERT INTO parted SELECT g, 'p' || g FROM generate_series(0, 999) g",
        "CREATE TABLE empty (id int PRIMARY KEY)");
    fixture.runToNow(fixture.command().with("snapshotChunkRows", "100"));
    fixture.assertEqual();
    assertThat(fixture.ledger()).allMatch(entry -> entry.endsWith(":INITIAL:FINISHED"));
    assertThat(fixture.ledger("CAST(chunks_done AS STRING)"))
        .anyMatch(n -> Integer.parseInt(n) > 5);
    assertThat(fixture.ledger("owner"))
        .as("who has dumped it")
        .allMatch(owner -> owner.startsWith("process " + ProcessHandle.current().pid() + " on "));
    int requests = fixture.ledger().size();
    fixture.execute(
        "INSERT INTO parted SELECT g, 'more' FROM generate_series(0, 9) g"
            + " ON CONFLICT (id) DO UPDATE SET v = excluded.v");
    fixture.runToNow();
    fixture.assertEqual();
    assertThat(fixture.ledger()).as("nothing is dumped twice").hasSize(requests);
  }

  @Test
  void aTableWithoutAKeyIsReadIntoItsChangelogOnce() throws Exception {
    Scenario fixture = fixture("keyless");
    fixture.execute(
        "CREATE TABLE keyless (a int, b text)",
        "INSERT INTO keyless SELECT g, 'row' || g FROM generate_series(1, 1500) g");
    fixture.runToNow(fixture.command().with("snapshotChunkRows", "50"));
    assertThat(
            fixture
                .destination()
                .query(
                    "SELECT COUNT(*) AS n, COUNT(DISTINCT JSON_VALUE(after, '$.a')) AS d,"
                        + " MIN(operation) AS o FROM `demo.keyless.public_keyless_changelog`"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(
                        List.of(
                            Scenario.text(row, "n"),
                            Scenario.text(row, "d"),
                            Scenario.text(row, "o")))
                    .isEqualTo(List.of("1500", "1500", "READ")));
  }

  @Test
  void aDumpOnDemandRepairsADriftedReplicaAndDeletesWhatTheSourceLost() throws Exception {
    Scenario fixture = fixture("drifted");
    fixture.execute(
        "CREATE TABLE goods (id int PRIMARY KEY, v text)",
        "CREATE TABLE others (id int PRIMARY KEY, v text)",
        "INSERT INTO goods SELECT g, 'old' FROM generate_series(1, 1000) g",
        "CREATE PUBLICATION drifted FOR TABLE goods, others");
    fixture.runToNow();
    fixture.execute(
        "ALTER PUBLICATION drifted DROP TABLE goods",
        "UPDATE goods SET v = 'unseen' WHERE id <= 300",
        "DELETE FROM goods WHERE id > 900",
        "INSERT INTO goods SELECT g, 'unseen' FROM generate_series(2000, 2100) g",
        "ALTER PUBLICATION drifted ADD TABLE goods");
    try (Program pipeline = fixture.start(fixture.command())) {
      fixture.awaitReading(pipeline);
      ask(fixture, "public.goods");
      fixture.await(
          pipeline,
          "the dump is finished",
          () -> fixture.ledger().contains("goods:REQUEST:FINISHED"));
    }
    fixture.runToNow();
    fixture.assertEqual();
  }

  /** As a person asks. */
  private static void ask(Scenario fixture, String table) throws Exception {
    PipelineCommand command = fixture.command().with("tables", table).command("backfill");
    try (Program backfill = fixture.start(command)) {
      assertThat(backfill.exitCode(Scenario.DEADLINE)).as(backfill.errors()).isZero();
      assertThat(backfill.output()).contains(table);
    }
  }

  @Test
  void aKeyRangeIsDumpedAndNothingElse() throws Exception {
    Scenario fixture = fixture("ranged");
    fixture.execute(
        "CREATE TABLE r (a text, b int, v text, PRIMARY KEY (a, b))",
        "INSERT INTO r SELECT 'a' || (g % 3), g, 'old' FROM generate_series(1, 600) g",
        "CREATE TABLE other (id int PRIMARY KEY)",
        "CREATE PUBLICATION ranged FOR TABLE r, other");
    fixture.runToNow();
    fixture.execute(
        "ALTER PUBLICATION ranged DROP TABLE r",
        "UPDATE r SET v = 'new'",
        "ALTER PUBLICATION ranged ADD TABLE r",
        "SELECT pg_logical_emit_message(true, 'walbeam.backfill',"
            + " '{\"tables\":[\"public.r\"],\"keyFrom\":[\"a1\",\"1\"],\"keyTo\":[\"a1\",\"600\"]}')");
    // A table that left the publication and joined it again would be dumped whole.
    fixture.runToNow(
        fixture
            .command()
            .with("snapshotChunkRows", "30")
            .with("requests", "any")
            .with("schemaChanges", "warn"));
    assertThat(
            fixture
                .destination()
                .query(
                    "SELECT a, v, COUNT(*) AS n FROM `demo.ranged.public_r` GROUP BY a, v ORDER BY"
                        + " a")
                .stream()
                .map(
                    row ->
                        Scenario.text(row, "a") + Scenario.text(row, "v") + Scenario.text(row, "n"))
                .toList())
        .containsExactly("a0old200", "a1new200", "a2old200");
  }

  @Test
  void requestsThatNobodyMayMakeAreRefusedAndCostNothing() throws Exception {
    Scenario fixture = fixture("hostile");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "CREATE TABLE secret (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
        "CREATE PUBLICATION hostile FOR TABLE t");
    fixture.runToNow();
    fixture.execute(
        emit("not json"),
        emit("[]"),
        emit("{\"tables\":[]}"),
        emit("{\"tables\":[\"public.secret\"]}"),
        emit("{\"tables\":[\"public.t\"],\"sql\":\"DROP TABLE t\"}"),
        emit("{\"tables\":[\"public.t; DROP TABLE t\"]}"),
        emit("{\"tables\":[\"public.t\"],\"keyFrom\":[\"1); DROP TABLE t; --\"]}"),
        emit("{\"tables\":[\"public.t\"],\"keyFrom\":[\"1\",\"2\"]}"),
        "INSERT INTO t VALUES (2)");
    try (Program run =
        fixture.start(fixture.command().with("stopAt", "now").with("requests", "any"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      assertThat(run.errors()).contains("refused").doesNotContain("DROP TABLE t; --");
    }
    // What is no request at all is counted and not stored.
    assertThat(fixture.ledger())
        .filteredOn(entry -> !entry.contains("INITIAL"))
        .hasSize(4)
        // A table that is not there is taken for one that was dropped meanwhile.
        .allMatch(
            entry ->
                entry.endsWith(
                    entry.startsWith("t; DROP") ? ":REQUEST:SUPERSEDED" : ":REQUEST:REFUSED"));
    assertThat(fixture.ledger("error")).noneMatch(error -> error.contains("DROP TABLE t; --"));
    assertThat(fixture.query("SELECT count(*)::text FROM t")).hasValue("2");
    assertThat(fixture.destination().tables()).doesNotContain("public_secret");
    assertThat(fixture.destination().rows("public_t")).hasSize(2);
  }

  private static String emit(String content) {
    return "SELECT pg_logical_emit_message(true, 'walbeam.backfill', '"
        + content.replace("'", "''")
        + "')";
  }

  @Test
  void sessionsThatEndInTheMiddleCostADumpNothing() throws Exception {
    Scenario fixture = fixture("cut");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 1000) g");
    PipelineCommand small =
        fixture
            .command()
            .with("snapshotChunkRows", "1")
            .with("snapshot", "never")
            .with("requests", "any");
    try (Program pipeline = fixture.start(small)) {
      fixture.awaitReading(pipeline);
      fixture.execute(emit("{\"tables\":[\"public.t\"],\"keyFrom\":[\"1\"],\"keyTo\":[\"900\"]}"));
      int[] ended = new int[1];
      fixture.await(
          pipeline,
          "the dump is finished",
          () -> {
            if (ended[0] < SESSIONS_TO_END) {
              ended[0] += Integer.parseInt(fixture.query(END_READERS).orElseThrow());
            }
            return fixture.ledgerExists() && fixture.ledger().contains("t:REQUEST:FINISHED");
          });
      assertThat(ended[0]).isGreaterThanOrEqualTo(SESSIONS_TO_END);
    }
    assertThat(fixture.ledger("CAST(row_count AS STRING)")).containsExactly("900");
  }

  @Test
  void requestsOfOthersAreIgnoredUnlessTheyAreAllowed() throws Exception {
    Scenario fixture = fixture("off");
    fixture.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    fixture.runToNow();
    fixture.execute(
        emit("{\"tables\":[\"public.t\"]}"),
        emit("{\"tables\":[\"public.t\"],\"kind\":\"initial\"}"),
        emit("{\"tables\":[\"public.t\"],\"kind\":\"initial\",\"job\":\"guessed\"}"),
        "INSERT INTO t VALUES (2)");
    fixture.runToNow();
    fixture.assertEqual();
    assertThat(fixture.ledger()).containsExactly("t:INITIAL:FINISHED");
  }

  @Test
  void tablesAndPartitionsThatComeWhileRunningAreDumpedWithoutARestart() throws Exception {
    Scenario fixture = fixture("growing");
    fixture.execute(
        "CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (500)",
        "INSERT INTO parted SELECT g, 'p' FROM generate_series(0, 99) g",
        "CREATE PUBLICATION growing FOR TABLE parted WITH (publish_via_partition_root = true)");
    try (Program pipeline = fixture.start(fixture.command())) {
      fixture.awaitReading(pipeline);
      fixture.await(
          pipeline,
          "the first dump is finished",
          () -> fixture.ledgerExists() && fixture.ledger().contains("parted:INITIAL:FINISHED"));
      fixture.execute(
          "CREATE TABLE late (id int PRIMARY KEY, v text)",
          "INSERT INTO late SELECT g, 'late' FROM generate_series(1, 50) g",
          "CREATE TABLE parted_high (id int PRIMARY KEY, v text)",
          "INSERT INTO parted_high SELECT g, 'high' FROM generate_series(500, 599) g",
          "ALTER TABLE parted ATTACH PARTITION parted_high FOR VALUES FROM (500) TO (1000)",
          "ALTER PUBLICATION growing ADD TABLE late");
      fixture.await(
          pipeline,
          "both are dumped",
          () ->
              fixture
                  .ledger()
                  .containsAll(List.of("late:INITIAL:FINISHED", "parted:REQUEST:FINISHED")));
      fixture.execute("ALTER TABLE parted DETACH PARTITION parted_low");
      fixture.await(
          pipeline,
          "it is said that rows stay behind",
          () -> pipeline.errors().contains("1 partitions of table public.parted were detached"));
    }
    fixture.execute("DROP TABLE parted_low");
    ask(fixture, "public.parted");
    fixture.runToNow();
    fixture.assertEqual();
  }

  @Test
  void aTableThatIsDroppedBeforeItIsReadHoldsUpNobody() throws Exception {
    Scenario fixture = fixture("dropped");
    fixture.execute(
        "CREATE TABLE doomed (id int PRIMARY KEY)",
        "INSERT INTO doomed VALUES (1)",
        "CREATE TABLE other (id int PRIMARY KEY)",
        "INSERT INTO other VALUES (1)",
        "CREATE PUBLICATION dropped FOR TABLE doomed, other");
    try (Connection locks = fixture.connect();
        Statement statement = locks.createStatement()) {
      locks.setAutoCommit(false);
      statement.execute("LOCK TABLE doomed");
      try (Program run = fixture.start(fixture.command().with("stopAt", "now"))) {
        fixture.await(
            run,
            "the dump waits for the lock",
            () ->
                fixture
                    .query(
                        "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND relation ="
                            + " 'doomed'::regclass")
                    .equals(Optional.of("1")));
        statement.execute("DROP TABLE doomed");
        locks.commit();
        assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isZero();
      }
    }
    assertThat(fixture.ledger())
        .contains("other:INITIAL:FINISHED")
        .noneMatch(entry -> entry.endsWith(":FAILED"));
    fixture.assertEqual();
  }

  @Test
  void rowFiltersAndColumnListsHoldForTheDumpAsForTheStream() throws Exception {
    Scenario fixture = fixture("filtered");
    fixture.execute(
        "CREATE TABLE f (id int PRIMARY KEY, shown text, hidden text,"
            + " twice int GENERATED ALWAYS AS (id * 2) STORED)",
        "INSERT INTO f SELECT g, 's' || g, 'h' || g FROM generate_series(1, 100) g",
        "CREATE PUBLICATION filtered FOR TABLE f (id, shown) WHERE (id > 50)");
    fixture.runToNow();
    fixture.execute("INSERT INTO f VALUES (101, 's101', 'h101'), (50000, 'x', 'y')");
    fixture.runToNow();
    assertThat(fixture.destination().rows("public_f"))
        .hasSize(52)
        .allSatisfy(
            row -> assertThat(row.columns()).contains("shown").doesNotContain("hidden", "twice"));
  }

  @Test
  void aDumpWaitsForTransactionsThatAreOlderThanIt() throws Exception {
    Scenario fixture = fixture("older");
    fixture.execute(
        "CREATE TABLE o (id int PRIMARY KEY, v text)",
        "CREATE TABLE seen (id int PRIMARY KEY)",
        "CREATE PUBLICATION older FOR TABLE seen");
    fixture.runToNow();
    try (Connection early = fixture.connect();
        Statement statement = early.createStatement()) {
      early.setAutoCommit(false);
      statement.execute("INSERT INTO o VALUES (1, 'before the table was published')");
      // In another session: it would wait for the lock of the row's table otherwise.
      fixture.execute("INSERT INTO o VALUES (2, 'too')", "ALTER PUBLICATION older ADD TABLE o");
      try (Program pipeline = fixture.start(fixture.command())) {
        fixture.awaitReading(pipeline);
        fixture.await(
            pipeline,
            "the dump waits",
            () ->
                pipeline.errors().contains("table public.o waits")
                    || pipeline.errors().contains("Table public.o waits"));
        statement.execute("INSERT INTO o VALUES (3, 'after it')");
        early.commit();
        fixture.await(
            pipeline,
            "the dump is finished",
            () -> fixture.ledger().contains("o:INITIAL:FINISHED"));
      }
    }
    fixture.runToNow();
    fixture.assertEqual();
  }

  @Test
  void rowsThatARewriteMovesToOtherPagesAreDumpedToo() throws Exception {
    Scenario fixture = fixture("rewritten");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text) WITH (fillfactor = 10)",
        "INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 20000) g",
        // The front is empty, so the rewrite moves the rest into pages that are read by then.
        "DELETE FROM t WHERE id <= 10000",
        "CREATE PUBLICATION rewritten FOR TABLE t");
    try (Program pipeline =
        fixture.start(
            fixture.command().with("snapshotChunkRows", "1").with("snapshotParallelism", "1"))) {
      fixture.await(
          pipeline,
          "some rows are dumped",
          () ->
              fixture.destination().tables().contains("public_t")
                  && !fixture.destination().rows("public_t").isEmpty());
      fixture.execute("VACUUM FULL t");
      fixture.await(
          pipeline, "the dump is finished", () -> fixture.ledger().contains("t:INITIAL:FINISHED"));
      assertThat(pipeline.errors()).contains("was rewritten meanwhile");
    }
    fixture.runToNow();
    fixture.assertEqual();
  }

  @Test
  void tablesThatAreRewrittenBetweenADumpsRequestAndItsReadingAreAsTheyAreAfterwards()
      throws Exception {
    Scenario fixture = fixture("retyped");
    fixture.execute(
        "CREATE TABLE other (id int PRIMARY KEY, v bigint, w int)",
        "CREATE TABLE same (id int PRIMARY KEY, v int, w int)",
        "CREATE TABLE seen (id int PRIMARY KEY)",
        "INSERT INTO other SELECT g, g, g FROM generate_series(1, 300) g",
        "INSERT INTO same SELECT g, g, g FROM generate_series(1, 300) g",
        "CREATE PUBLICATION retyped FOR TABLE seen");
    fixture.runToNow();
    try (Connection early = fixture.connect();
        Statement statement = early.createStatement()) {
      early.setAutoCommit(false);
      statement.execute("SELECT pg_current_xact_id()");
      fixture.execute("ALTER PUBLICATION retyped ADD TABLE other, same");
      // No other dump mends what this one reads.
      try (Program pipeline = fixture.start(fixture.command().with("schemaChanges", "warn"))) {
        for (String table : List.of("other", "same")) {
          fixture.await(
              pipeline,
              "the dump waits",
              () ->
                  pipeline.errors().contains("table public." + table + " waits")
                      || pipeline.errors().contains("Table public." + table + " waits"));
        }
        fixture.execute(
            "ALTER TABLE other ALTER v TYPE int USING v + 100, ALTER w TYPE bigint USING w + 100",
            "ALTER TABLE same ALTER v TYPE int USING v + 100, ALTER w TYPE int USING w + 100");
        for (String table : List.of("other", "same")) {
          fixture.execute(
              "UPDATE " + table + " SET v = 7 WHERE id <= 10",
              "DELETE FROM " + table + " WHERE id > 290");
        }
        early.commit();
        for (String table : List.of("other", "same")) {
          fixture.await(
              pipeline,
              "the dump is finished",
              () -> fixture.ledger().contains(table + ":INITIAL:FINISHED"));
        }
        fixture.awaitConfirmation(pipeline);
        fixture.assertEqual();
        assertThat(fixture.ledger()).hasSize(3);
      }
    }
  }

  @Test
  void aDumpThatCannotBeMadeIsNotedAndTheStreamGoesOn() throws Exception {
    Scenario fixture = fixture("failing");
    fixture.execute(
        "CREATE TABLE good (id int PRIMARY KEY)",
        "CREATE TABLE guarded (id int PRIMARY KEY)",
        "INSERT INTO good VALUES (1)",
        "INSERT INTO guarded VALUES (1)",
        "CREATE ROLE reader LOGIN REPLICATION",
        "GRANT SELECT ON good TO reader",
        "CREATE PUBLICATION failing FOR TABLE good, guarded");
    try (Program run =
        fixture.start(fixture.command().with("postgresUser", "reader").with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(3);
      assertThat(run.errors()).contains("guarded", "GRANT SELECT");
    }
    assertThat(fixture.ledger())
        .containsExactlyInAnyOrder("good:INITIAL:FINISHED", "guarded:INITIAL:FAILED");
    assertThat(fixture.destination().rows("public_good")).hasSize(1);
    fixture.execute("GRANT SELECT ON guarded TO reader", "INSERT INTO good VALUES (2)");
    fixture.runToNow(fixture.command().with("postgresUser", "reader"));
    fixture.assertEqual();
  }
}
