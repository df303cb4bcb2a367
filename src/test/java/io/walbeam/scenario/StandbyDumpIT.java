package io.walbeam.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import io.walbeam.local.demo.SourceServer;
import io.walbeam.local.demo.Standby;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Dumps that read from a physical standby, which may be late, in conflict or gone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandbyDumpIT {
  /** After which a standby ends a reader that is in the way of what it replays. */
  private static final Duration STANDBY_DELAY = Duration.ofMillis(500);

  /** What a reader has read of a table, whatever the way; COPY of pages counts as tuples. */
  private static final String READS =
      "SELECT seq_scan || ' ' || seq_tup_read || ' ' || coalesce(idx_scan, 0) || ' '"
          + " || coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 't'";

  /** The session that reads a chunk, in the middle of it, because nobody takes its rows. */
  private static final String HELD_UP =
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'walbeam-dumps:%'"
          + " AND datname = '%DATABASE%' AND query LIKE 'COPY %' AND state = 'active'"
          + " AND wait_event = 'ClientWrite'";

  /** The first version that copies slots to standbys. */
  private static final int SLOTS_ON_STANDBYS = 170_000;

  private static final int OPERATOR = 3;

  private Servers servers;
  private SourceServer source;
  private SourceServer standby;

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    servers = Servers.here(shared, Standby.PRIMARY_SETTINGS);
    source = servers.source();
    Map<String, String> settings = new HashMap<>(Standby.PRIMARY_SETTINGS);
    settings.put("max_standby_streaming_delay", STANDBY_DELAY.toMillis() + "ms");
    standby = Standby.of(source, shared.resolve("standby"), settings);
  }

  @AfterAll
  void stop() throws Exception {
    standby.close();
    servers.close();
  }

  @AfterEach
  void clear() throws Exception {
    fault("DELETE", "");
    standby.query(
        "postgres",
        "SELECT CASE WHEN pg_is_wal_replay_paused() THEN pg_wal_replay_resume()::text END");
  }

  /** A database that the standby has too. */
  private Scenario fixture(String name) throws Exception {
    Scenario fixture = Scenario.on(servers, name);
    awaitReplay();
    return fixture;
  }

  private PipelineCommand command(Scenario fixture, String name) throws Exception {
    return fixture
        .command()
        .with("snapshotUrl", standby.url(name))
        .with("snapshotParallelism", "1");
  }

  private void awaitReplay() throws Exception {
    follow(standby);
  }

  private void follow(SourceServer follower) throws Exception {
    Lsn end =
        Lsn.parse(
            source.query("postgres", "SELECT pg_current_wal_flush_lsn()::text").orElseThrow());
    Await.until(
        "the standby has replayed " + end,
        Scenario.DEADLINE,
        () ->
            follower
                .query("postgres", "SELECT pg_last_wal_replay_lsn()::text")
                .map(Lsn::parse)
                .filter(lsn -> lsn.compareTo(end) >= 0)
                .isPresent());
  }

  @Test
  void rowsComeFromTheStandbyAndThePrimaryReadsNoneOfThem() throws Exception {
    Scenario fixture = fixture("elsewhere");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 20000) g");
    awaitNoReader();
    String before = fixture.query(READS).orElseThrow();
    PipelineCommand command =
        command(fixture, "elsewhere").with("snapshotChunkRows", "3000").with("requests", "any");
    fixture.runToNow(command);
    fixture.execute(
        "SELECT pg_logical_emit_message(true, 'walbeam.backfill', '{\"tables\":[\"public.t\"],"
            + "\"keyFrom\":[\"1000\"],\"keyTo\":[\"9000\"]}')");
    fixture.runToNow(command);
    awaitNoReader();
    assertThat(fixture.ledger()).containsExactly("t:INITIAL:FINISHED", "t:REQUEST:FINISHED");
    assertThat(fixture.ledger("CAST(row_count AS STRING)")).containsExactly("20000", "8001");
    assertThat(fixture.query(READS)).as("reads of the primary").hasValue(before);
    // The same counters see the same statements where they run.
    assertThat(
            standby.query(
                "elsewhere", "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 't'"))
        .hasValueSatisfying(
            rows -> assertThat(Long.parseLong(rows)).isGreaterThanOrEqualTo(20_000));
    fixture.assertEqual();
  }

  @Test
  void aVerificationReadsWholeTablesFromTheStandbyAndDecidesAtThePrimary() throws Exception {
    Scenario fixture = fixture("verified_elsewhere");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 20) g");
    fixture.runToNow();
    awaitReplay();
    standby.query("postgres", "SELECT pg_wal_replay_pause()::text");
    fixture.execute(
        "INSERT INTO t SELECT g, 'v' || g FROM generate_series(21, 30) g",
        "UPDATE t SET v = 'newer' WHERE id < 4",
        "DELETE FROM t WHERE id = 5");
    fixture.runToNow();
    for (String how : new String[] {"--rowsPerSecond=0", "--values"}) {
      Said said = Said.verify(fixture, how, "--snapshotUrl=" + standby.url("verified_elsewhere"));
      assertThat(said.exitCode()).as("%s", said).isZero();
      assertThat(said.table("public.t").path("rows").asInt())
          .as("rows that a late standby has")
          .isEqualTo(20);
    }
  }

  /** A session's reads are counted at its end at the latest. */
  private void awaitNoReader() throws Exception {
    String sessions =
        "SELECT count(*)::text FROM pg_stat_activity WHERE application_name LIKE 'walbeam%'"
            + " AND pid <> pg_backend_pid()";
    for (SourceServer server : List.of(source, standby)) {
      Await.until(
          "no session is left",
          Scenario.DEADLINE,
          () -> server.query("postgres", sessions).orElseThrow().equals("0"));
    }
  }

  @Test
  void aDumpWaitsForAStandbyThatIsBehindWhileTheStreamGoesOn() throws Exception {
    Scenario fixture = fixture("behind");
    standby.query("postgres", "SELECT pg_wal_replay_pause()::text");
    fixture.execute(
        "CREATE TABLE seen (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, 'v' FROM generate_series(1, 500) g");
    PipelineCommand both = command(fixture, "behind").with("snapshotParallelism", "2");
    try (Program pipeline = fixture.start(both)) {
      fixture.awaitReading(pipeline);
      fixture.await(
          pipeline,
          "the dump waits",
          () ->
              pipeline
                  .errors()
                  .contains(
                      "Table public.t waits: the dump begins when the standby of --snapshotUrl has"
                          + " replayed the request."));
      fixture.execute("INSERT INTO seen VALUES (1)", "UPDATE t SET v = 'new' WHERE id < 10");
      fixture.await(
          pipeline,
          "streamed rows arrive",
          () ->
              fixture.destination().tables().containsAll(List.of("public_seen", "public_t"))
                  && fixture.destination().rows("public_seen").size() == 1
                  && fixture.destination().rows("public_t").size() == 9);
      assertThat(fixture.ledger()).contains("t:INITIAL:REQUESTED");
      standby.query("postgres", "SELECT pg_wal_replay_resume()::text");
      fixture.await(
          pipeline, "the dump is finished", () -> fixture.ledger().contains("t:INITIAL:FINISHED"));
      assertThat(pipeline.errors()).contains("Table public.t no longer waits");
    }
    fixture.runToNow(command(fixture, "behind"));
    fixture.assertEqual();
  }

  @Test
  void aChunkThatARecoveryConflictEndsIsReadAgain() throws Exception {
    Scenario fixture = large("conflict");
    try (Program pipeline = fixture.start(command(fixture, "conflict"))) {
      awaitHeldUp(fixture, pipeline, "conflict");
      fixture.execute("DELETE FROM t WHERE id % 10 = 0", "VACUUM t");
      AtomicLong seen = new AtomicLong();
      fixture.await(
          pipeline,
          "the standby has waited for the reader as long as it does, and ends it",
          () -> {
            if (seen.get() == 0 && conflicts()) {
              seen.set(System.nanoTime());
            }
            return seen.get() != 0 && System.nanoTime() - seen.get() > 2 * STANDBY_DELAY.toNanos();
          });
      fault("DELETE", "");
      fixture.await(
          pipeline, "the dump is finished", () -> fixture.ledger().contains("t:INITIAL:FINISHED"));
      assertThat(pipeline.errors())
          .contains("Table public.t waits: its dump could not read a chunk, which is tried again.")
          .contains("SQLState 40001");
    }
    assertThat(
            standby.query(
                "postgres",
                "SELECT confl_snapshot FROM pg_stat_database_conflicts WHERE datname = 'conflict'"))
        .hasValueSatisfying(count -> assertThat(Integer.parseInt(count)).isPositive());
    fixture.runToNow(command(fixture, "conflict"));
    fixture.assertEqual();
  }

  /** Whether the standby cannot replay a vacuum beside a reader. */
  private boolean conflicts() throws SQLException {
    return standby
        .query(
            "postgres",
            "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'startup'"
                + " AND wait_event = 'RecoveryConflictSnapshot'")
        .isPresent();
  }

  @Test
  void aChunkThatTheStandbysRestartEndsIsReadAgain() throws Exception {
    Scenario fixture = large("restarted");
    try (Program pipeline = fixture.start(command(fixture, "restarted"))) {
      awaitHeldUp(fixture, pipeline, "restarted");
      standby.restart();
      fixture.execute("DELETE FROM t WHERE id % 10 = 0");
      fault("DELETE", "");
      fixture.await(
          pipeline, "the dump is finished", () -> fixture.ledger().contains("t:INITIAL:FINISHED"));
      assertThat(pipeline.errors())
          .contains("Table public.t waits: its dump could not read a chunk, which is tried again.");
    }
    fixture.runToNow(command(fixture, "restarted"));
    fixture.assertEqual();
  }

  @Test
  void aStandbyThatIsGoneIsAStallOfItsTableAndTheStreamGoesOn() throws Exception {
    Scenario fixture = fixture("gone");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, 'v' FROM generate_series(1, 500) g");
    String nowhere = "jdbc:postgresql://localhost:" + unusedPort() + "/gone";
    try (Program pipeline = fixture.start(command(fixture, "gone").with("snapshotUrl", nowhere))) {
      fixture.awaitReading(pipeline);
      fixture.await(
          pipeline, "the dump waits", () -> pipeline.errors().contains("Table public.t waits: "));
      fixture.execute("UPDATE t SET v = 'new' WHERE id < 10");
      fixture.await(
          pipeline,
          "streamed rows arrive",
          () ->
              fixture.destination().tables().contains("public_t")
                  && fixture.destination().rows("public_t").size() == 9);
      assertThat(fixture.ledger())
          .as("it said: %s", pipeline.errors())
          .containsExactly("t:INITIAL:REQUESTED");
      assertThat(pipeline.errors())
          .contains("the standby of --snapshotUrl")
          .contains("Nothing accepts connections")
          .doesNotContain("Exception");
      assertThat(pipeline.errors().lines().filter(line -> line.contains("public.t")))
          .as("one line while it waits, not one for each try")
          .hasSize(1);
    }
    fixture.runToNow(command(fixture, "gone"));
    fixture.assertEqual();
  }

  @Test
  void aServerThatIsNoStandbyOfThePrimaryIsNeverReadFrom() throws Exception {
    Scenario fixture = fixture("stranger");
    fixture.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    PipelineCommand fromItself =
        command(fixture, "stranger").with("snapshotUrl", source.url("stranger"));
    try (Program run = fixture.start(fromItself.with("stopAt", "now"))) {
      assertThat(run.exitCode(Scenario.DEADLINE)).as(run.errors()).isEqualTo(3);
      assertThat(run.errors()).contains("The server of --snapshotUrl is no standby");
    }
    assertThat(fixture.ledger()).containsExactly("t:INITIAL:FAILED");
    fixture.runToNow(command(fixture, "stranger"));
    fixture.assertEqual();
  }

  @Test
  void aStandbyThatIsPromotedInTheMiddleOfADumpIsNotReadFromAnyMore(@TempDir Path own)
      throws Exception {
    Scenario fixture = large("promoted");
    try (SourceServer promoted =
        Standby.of(source, own.resolve("promoted"), Standby.PRIMARY_SETTINGS)) {
      PipelineCommand command =
          command(fixture, "promoted").with("snapshotUrl", promoted.url("promoted"));
      try (Program pipeline = fixture.start(command)) {
        awaitHeldUp(fixture, pipeline, promoted, "promoted");
        promoted.query("postgres", "SELECT pg_promote()::text");
        fault("DELETE", "");
        fixture.await(
            pipeline, "the dump has failed", () -> fixture.ledger().contains("t:INITIAL:FAILED"));
        assertThat(pipeline.errors()).contains("The server of --snapshotUrl is no standby");
      }
      // What others write there must never arrive.
      promoted.execute("promoted", "INSERT INTO t VALUES (-1, 'elsewhere')");
    }
    fixture.runToNow();
    fixture.assertEqual();
  }

  /** The slot comes along, and BigQuery has what the new primary never had. */
  @Test
  void aPromotedStandbyIsReadInTheNextEpochOnlyAndThenNothingIsLostOrTooMuch(@TempDir Path own)
      throws Exception {
    assumeTrue(
        Integer.parseInt(source.query("postgres", "SHOW server_version_num").orElseThrow())
            >= SLOTS_ON_STANDBYS,
        "the server copies no slots");
    Scenario fixture = fixture("failed_over");
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "INSERT INTO t SELECT g, 'first' FROM generate_series(1, 4) g");
    fixture.runToNow();
    source.execute("postgres", "SELECT pg_create_physical_replication_slot('follower', true)");
    Map<String, String> settings = new HashMap<>(Standby.PRIMARY_SETTINGS);
    settings.put("primary_slot_name", "follower");
    settings.put("hot_standby_feedback", "on");
    settings.put("sync_replication_slots", "on");
    try (SourceServer promoted = Standby.of(source, own.resolve("promoted"), settings)) {
      awaitSlot(promoted, fixture);
      fixture.execute(
          "UPDATE t SET v = 'not read before the failover' WHERE id = 1",
          "DELETE FROM t WHERE id = 2");
      follow(promoted);
      promoted.execute(
          "postgres", "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
      Await.until(
          "the standby is cut off",
          Scenario.DEADLINE,
          () -> promoted.query("postgres", "SELECT 1 FROM pg_stat_wal_receiver").isEmpty());
      fixture.execute("UPDATE t SET v = 'lost' WHERE id = 3", "INSERT INTO t VALUES (5, 'lost')");
      fixture.runToNow();
      source.execute("postgres", "SELECT pg_drop_replication_slot('follower')");
      promoted.query("postgres", "SELECT pg_promote()::text");
      promoted.execute("failed_over", "INSERT INTO t VALUES (6, 'after the failover')");

      PipelineCommand there =
          fixture.command().with("postgresUrl", promoted.url("failed_over")).with("stopAt", "now");
      try (Program refused = fixture.start(there)) {
        assertThat(refused.exitCode(Scenario.DEADLINE)).isEqualTo(OPERATOR);
        assertThat(refused.errors())
            .contains("is on timeline 1, the server on 2", "failover", "--epoch=1");
      }
      fixture.runToNow(there.with("epoch", "1"));
      assertEqualTo(promoted, fixture);
      promoted.execute("failed_over", "UPDATE t SET v = 'goes on' WHERE id = 4");
      fixture.runToNow(there.with("epoch", "1"));
      assertEqualTo(promoted, fixture);
    }
  }

  private static void assertEqualTo(SourceServer server, Scenario fixture) throws Exception {
    try (Connection connection = server.connect(fixture.name())) {
      fixture.assertEqualTo(connection);
    }
  }

  /** The slot at the standby begins behind its base backup, so it must be read up to there. */
  private void awaitSlot(SourceServer follower, Scenario fixture) throws Exception {
    Await.until(
        "the slot is at the standby",
        Scenario.DEADLINE,
        () -> {
          // The slot needs a place that both servers can begin to decode at.
          source.execute("postgres", "SELECT pg_log_standby_snapshot()");
          fixture.runToNow();
          return follower
              .query(
                  "postgres",
                  "SELECT 1 FROM pg_replication_slots WHERE slot_name = '"
                      + fixture.name()
                      + "' AND synced AND NOT temporary")
              .isPresent();
        });
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** A table whose first chunk is longer than what is buffered between server and destination. */
  private Scenario large(String name) throws Exception {
    Scenario fixture = fixture(name);
    fixture.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "ALTER TABLE t ALTER v SET STORAGE PLAIN",
        "INSERT INTO t SELECT g, repeat(md5(g::text), 55) FROM generate_series(1, 20000) g");
    fault("POST", "{\"kind\": \"RESOURCE_EXHAUSTED\", \"table\": \"public_t\"}");
    return fixture;
  }

  private void awaitHeldUp(Scenario fixture, Program pipeline, String name) throws Exception {
    awaitHeldUp(fixture, pipeline, standby, name);
  }

  private static void awaitHeldUp(
      Scenario fixture, Program pipeline, SourceServer server, String name) throws Exception {
    fixture.await(
        pipeline,
        "a chunk is read and nobody takes its rows",
        () -> server.query("postgres", HELD_UP.replace("%DATABASE%", name)).isPresent());
  }

  private void fault(String method, String body) throws IOException, InterruptedException {
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
