package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.bigquery.BigQuerySettings;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real servers and slots that changed behind walbeam's back between two runs. */
class StartUpIT {
  private static final int OPERATOR = 3;

  private static LocalReplication ends;

  private TestDatabase database;

  @BeforeAll
  static void startStandIn() {
    ends = new LocalReplication();
  }

  @AfterAll
  static void stopStandIn() {
    ends.close();
  }

  @BeforeEach
  void runOnce() throws Exception {
    database = TestPostgres.shared().newDatabase();
    prepare(database);
  }

  @AfterEach
  void dropDatabase() throws Exception {
    database.close();
  }

  @Test
  void aDroppedSlotIsRefusedAndAHigherEpochCreatesAndRecordsAnother() throws Exception {
    database.execute("SELECT pg_drop_replication_slot('" + database.slot() + "')");

    assertThat(refused()).contains("is gone", "dropped", "--epoch=1", "dump of the tables");
    assertThat(
            database.query(
                "SELECT count(*) FROM pg_replication_slots WHERE database = '"
                    + database.name()
                    + "'"))
        .as("a refused run creates nothing")
        .isEqualTo("0");

    ends.replicate(database, "--epoch=1");
    database.execute("UPDATE t SET v = 'new epoch'");
    ends.replicate(database, "--epoch=1");
    assertThat(ends.rows(database, "SELECT v FROM %s.public_t")).isEqualTo("new epoch");
    assertThat(ends.rows(database, "SELECT epoch FROM %s._walbeam_state")).isEqualTo("1");

    assertThat(refused("--epoch=0")).contains("epoch 0 is lower than 1", "--epoch=1");
  }

  @Test
  void aSlotThatAPromotedStandbyNeverHadIsNoDroppedOne() throws Exception {
    forge(state -> with(state, state.systemId(), 7, state.confirmedLsn()));
    database.execute("SELECT pg_drop_replication_slot('" + database.slot() + "')");

    assertThat(refused())
        .contains("is gone", "timeline 7", "the server on 1", "failover", "--epoch=1")
        .doesNotContain("dropped");
  }

  @Test
  void aSlotCreatedAgainUnderTheSameNameIsRefusedWithBothPositions() throws Exception {
    String recorded = recordedLsn();
    database.execute(
        "SELECT pg_drop_replication_slot('" + database.slot() + "')",
        "INSERT INTO t VALUES (2, 'missed')",
        "SELECT pg_create_logical_replication_slot('" + database.slot() + "', 'pgoutput')");
    String begin =
        database.query(
            "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = '"
                + database.slot()
                + "'");

    assertThat(refused()).contains("re-created", recorded, begin, "missing", "--epoch=1");
  }

  @Test
  void aSlotThatSomebodyMovedIsAGapWithBothEndsNamed() throws Exception {
    // An open transaction keeps the slot's restart position where it was.
    try (var connection = database.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (3, 'open')");
      database.execute(
          "SET synchronous_commit = on",
          "INSERT INTO t VALUES (2, 'missed')",
          "SELECT pg_replication_slot_advance('" + database.slot() + "', pg_current_wal_lsn())");
      connection.rollback();
    }
    String recorded = recordedLsn();
    String slot = Lsn.format(database.confirmedFlush());

    assertThat(refused()).contains(recorded, slot, "missing", "--epoch=1");
  }

  @Test
  void anotherServerIsToldApartByItsWal() throws Exception {
    database.execute("SET synchronous_commit = on", "INSERT INTO t VALUES (2, 'b')");
    forge(state -> with(state, "1234567890", state.timeline(), state.confirmedLsn() + 1));
    assertThat(refused()).contains("1234567890", "pg_upgrade", recordedLsn(), "--epoch=1");

    forge(state -> with(state, "1234567890", state.timeline(), 0xFF_0000_0000L));
    assertThat(refused()).contains("1234567890", "restore", "FF/0", "--postgresUrl");
  }

  @Test
  void anotherTimelineAndALogThatEndsTooSoonAreRefused() throws Exception {
    database.execute("SET synchronous_commit = on", "INSERT INTO t VALUES (2, 'b')");
    forge(state -> with(state, state.systemId(), 7, state.confirmedLsn() + 1));
    assertThat(refused()).contains("timeline 7", "the server on 1");

    long beyond = 0xFF_0000_0000L;
    String systemId = database.query("SELECT system_identifier::text FROM pg_control_system()");
    forge(state -> with(state, systemId, 1, beyond));
    assertThat(refused()).contains("FF/0", "beyond the end", "back in time");
  }

  @Test
  void aSlotWhoseLogTheServerRemovedIsRefusedWithTheReason() throws Exception {
    try (TestPostgres server =
            TestPostgres.start(
                Map.of(
                    "max_slot_wal_keep_size", "1MB",
                    "max_wal_size", "32MB",
                    "min_wal_size", "32MB"));
        TestDatabase own = server.newDatabase()) {
      prepare(own);
      for (int i = 0; i < 6; i++) {
        own.execute(
            "INSERT INTO t SELECT g, 'x' FROM generate_series(10, 20) g ON CONFLICT DO NOTHING",
            "SELECT pg_switch_wal()",
            "CHECKPOINT");
      }
      assertThat(own.query("SELECT wal_status FROM pg_replication_slots")).isEqualTo("lost");

      LocalReplication.Run run = ends.run(own);

      assertThat(run.exitCode()).as(run.printed()).isEqualTo(OPERATOR);
      assertThat(run.printed())
          .contains("invalidated", "max_slot_wal_keep_size", "Drop the slot", "--epoch=1");
      assertThat(run.printed()).containsAnyOf("(wal_removed)", "(lost)");
    }
  }

  @Test
  void aDestinationTableThatWasDeletedIsDumpedAgainOnce() throws Exception {
    database.execute("INSERT INTO t SELECT n, 'x' FROM generate_series(100, 199) n");
    ends.replicate(database);
    String dumps = ends.rows(database, "SELECT COUNT(*) FROM %s._walbeam_backfills");
    ends.deleteTable(database, "public_t");

    LocalReplication.Run again = ends.run(database);

    assertThat(again.exitCode()).as(again.printed()).isZero();
    assertThat(again.printed()).contains("The destination of table public.t was deleted");
    assertThat(ends.rows(database, "SELECT COUNT(*) FROM %s.public_t"))
        .isEqualTo(database.query("SELECT count(*) FROM t"));
    ends.replicate(database);
    assertThat(ends.rows(database, "SELECT COUNT(DISTINCT request) FROM %s._walbeam_backfills"))
        .isEqualTo("2");
    assertThat(dumps).isNotEqualTo("0");
  }

  @Test
  void aServerThatRestartsIsWaitedFor() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of());
        TestDatabase own = server.newDatabase()) {
      prepare(own);
      own.execute("INSERT INTO t VALUES (2, 'b')");
      server.stop();
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(
              () -> ends.run(own, printed), command -> new Thread(command).start());
      Await.until(
          "the start waits",
          () -> printed.toString(StandardCharsets.UTF_8).contains("The start waits: "));

      server.startAgain();

      assertThat(run.get(60, TimeUnit.SECONDS)).as("%s", printed).isZero();
      assertThat(ends.rows(own, "SELECT v FROM %s.public_t WHERE id = 2")).isEqualTo("b");
    }
  }

  private static void prepare(TestDatabase database) throws Exception {
    ends.createDataset(database);
    database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.createPublicationAndSlot();
    database.execute("INSERT INTO t VALUES (1, 'a')");
    ends.replicate(database);
  }

  private String refused(String... more) {
    LocalReplication.Run run = ends.run(database, more);
    assertThat(run.exitCode()).as(run.printed()).isEqualTo(OPERATOR);
    return run.printed();
  }

  private String recordedLsn() throws Exception {
    return ends.rows(database, "SELECT confirmed_lsn FROM %s._walbeam_state");
  }

  /** Replaces the state row by what another server or another time would have left. */
  private void forge(UnaryOperator<SlotState> change) throws Exception {
    BigQuerySettings settings =
        new BigQuerySettings(
            LocalReplication.PROJECT,
            database.name(),
            "",
            ends.endpoint(),
            "_walbeam_dead_letters",
            "walbeam:test");
    try (BigQuerySink sink = BigQuerySink.acquire(settings)) {
      SlotState state = sink.stateStore().read(database.slot()).orElseThrow();
      sink.stateStore().write(change.apply(state));
    }
  }

  private static SlotState with(SlotState state, String systemId, int timeline, long lsn) {
    return new SlotState(
        state.slot(),
        state.epoch(),
        systemId,
        timeline,
        lsn,
        state.completeTimeMicros(),
        state.incarnation(),
        state.writtenAtMicros());
  }
}
