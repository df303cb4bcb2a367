package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.DumpEntry;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When rows that a dump has read may be written: neither too early nor too late. */
class DumpedRowsIT {
  /** Far longer than a small table takes, far shorter than a test waits. */
  private static final Duration SHORT_LANDING = Duration.ofSeconds(3);

  /** Rows of 12 kB: more than the requests hold that may be on their way. */
  private static final int LARGE_ROWS = 1_200;

  private static final Duration SHORT_HOLDING = Duration.ofMillis(300);

  private static final Duration LONG_LANDING = Duration.ofHours(1);

  /** Between two looks: longer than any test, and shorter than one waits. */
  private static final Duration RARELY = Duration.ofHours(1);

  private static final Duration OFTEN = Duration.ofMillis(100);

  private static final List<DumpEntry.Status> FINISHED_TWICE =
      List.of(DumpEntry.Status.FINISHED, DumpEntry.Status.FINISHED);

  /**
   * The longest that the server allows, so that nothing but a dump's patience makes WAL durable.
   */
  private static final String WAL_WRITER_DELAY = "10s";

  @Test
  void rowsThatCouldNotBeWrittenForTooLongAreReadAgainAndADeletedOneDoesNotComeBack()
      throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY)",
          "INSERT INTO t VALUES (1), (2)",
          "CREATE PUBLICATION " + database.publication() + " FOR TABLE t");
      AtomicInteger arrivals = new AtomicInteger();
      ConcurrentLinkedQueue<String> interrupted = new ConcurrentLinkedQueue<>();
      InProcessDump.Arrival hangsAtFirst =
          rows -> {
            if (arrivals.incrementAndGet() == 1) {
              execute(database, "DELETE FROM t WHERE id = 2");
              try {
                TimeUnit.DAYS.sleep(3);
              } catch (InterruptedException e) {
                interrupted.add("given up");
                throw e;
              }
            }
          };
      try (InProcessDump dump = new InProcessDump(database, SHORT_LANDING, hangsAtFirst)) {
        dump.request("t");
        Await.until("the dump is over", () -> dump.ended().isPresent());
        assertThat(dump.ended()).hasValue(DumpEntry.Status.FINISHED);
        assertThat(dump.written("id")).containsExactly(1L);
        Await.until("the append that hung is given up", () -> !interrupted.isEmpty());
      }
    }
  }

  @Test
  void noTransactionStaysOpenAtTheSourceWhileNothingIsTakenAndTheDumpEndsWhole() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, filler text)",
          "INSERT INTO t SELECT n, repeat(md5(n::text), 400) FROM generate_series(1, "
              + LARGE_ROWS
              + ") n",
          "CREATE PUBLICATION " + database.publication() + " FOR TABLE t");
      CountDownLatch taking = new CountDownLatch(1);
      AtomicInteger waiting = new AtomicInteger();
      InProcessDump.Arrival takesNothingAtFirst =
          rows -> {
            waiting.incrementAndGet();
            taking.await();
          };
      try (InProcessDump dump =
          new InProcessDump(database, LONG_LANDING, SHORT_HOLDING, takesNothingAtFirst)) {
        dump.request("t");
        Await.until("rows were read", () -> waiting.get() > 0);
        Await.until(
            "no transaction is open",
            () ->
                query(
                        database,
                        "SELECT count(*)::text FROM pg_stat_activity"
                            + " WHERE application_name LIKE 'walbeam-dumps:%'"
                            + " AND datname = current_database()"
                            + " AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL)")
                    .equals("0"));
        assertThat(dump.ended()).isEmpty();
        execute(database, "DELETE FROM t WHERE id = 2");
        taking.countDown();
        Await.until("the dump is over", () -> dump.ended().isPresent());
        assertThat(dump.ended()).hasValue(DumpEntry.Status.FINISHED);
        assertThat(Set.copyOf(dump.written("id"))).hasSizeGreaterThanOrEqualTo(LARGE_ROWS - 1);
      }
    }
  }

  @Test
  void whatTheStreamAsksForWhileTheDumpsAreBeingStartedIsCarriedOut() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY)",
          "INSERT INTO t VALUES (1)",
          "CREATE PUBLICATION " + database.publication() + " FOR TABLE t");
      try (InProcessDump dump = new InProcessDump(database, LONG_LANDING, rows -> {})) {
        dump.requestMeanwhile("t");
        Await.until("the dump is over", () -> dump.ended().isPresent());
        assertThat(dump.ended()).contains(DumpEntry.Status.FINISHED);
      }
    }
  }

  @Test
  void aProcessThatLostTheSlotEndsItsDumpsWhichTheNextOneGoesOnWithAndItsLateNotesLose()
      throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      twoTables(database);
      LedgerHere ledger = new LedgerHere();
      AtomicInteger arrivals = new AtomicInteger();
      CountDownLatch never = new CountDownLatch(1);
      InProcessDump.Arrival takesTheFirstOnly =
          rows -> {
            if (arrivals.incrementAndGet() > 1) {
              never.await();
            }
          };
      try (InProcessDump old =
              new InProcessDump(database, ledger, RARELY, false, takesTheFirstOnly);
          InProcessDump young = new InProcessDump(database, ledger, RARELY, false, rows -> {})) {
        old.request("small");
        Await.until("the first dump is over", () -> old.ended().isPresent());
        old.ask("t");
        Await.until("rows of the second are on their way", () -> arrivals.get() > 1);
        long late = ledger.highestVersion() + 1;

        old.stop();

        // A thread of a pool that has ended is there for a moment.
        Await.until(
            "no thread of it is left",
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .noneMatch(name -> name.startsWith("walbeam-dump")));
        assertThat(old.written("id")).containsExactly(7L);
        young.start();
        Await.until("the next one has dumped it", () -> statuses(ledger).equals(FINISHED_TWICE));
        assertThat(young.written("id")).as("what is over is not begun again").containsExactly(1L);
        ledger.write(
            ledger.entries().stream()
                .filter(entry -> entry.table().name().equals("t"))
                .map(entry -> entry.started(1, "x"))
                .toList(),
            late);
        assertThat(statuses(ledger)).isEqualTo(FINISHED_TWICE);
      }
    }
  }

  @Test
  void whileThisProcessDoesNotReadTheSlotNothingThatItDumpsIsSent() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      twoTables(database);
      try (InProcessDump dump = new InProcessDump(database, LONG_LANDING, rows -> {})) {
        dump.reading(false);
        dump.request("t");
        Await.until(
            "it waits",
            () -> dump.stalls().stream().anyMatch(reason -> reason.contains("slot is not read")));
        assertThat(dump.written("id")).isEmpty();
        dump.reading(true);
        Await.until("the dump is over", () -> dump.ended().isPresent());
        assertThat(dump.ended()).hasValue(DumpEntry.Status.FINISHED);
        assertThat(dump.written("id")).containsExactly(1L);
      }
    }
  }

  @Test
  void aRefusalWhileTheLedgerIsReadAgainEndsNoDumps() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      twoTables(database);
      LedgerHere ledger = new LedgerHere();
      try (InProcessDump dump = new InProcessDump(database, ledger, OFTEN, false, rows -> {});
          InProcessDump other = new InProcessDump(database, ledger, RARELY, false, rows -> {})) {
        dump.start();
        ledger.refuse(new WalbeamException(FailureKind.OPERATOR, "Forbidden (403).", "Grant it."));
        Await.until(
            "the refusal is a stall",
            () -> dump.stalls().stream().anyMatch(reason -> reason.contains("Forbidden")));
        other.ask("t");
        Await.until("what another worker noted is dumped", () -> dump.ended().isPresent());
        assertThat(dump.ended()).hasValue(DumpEntry.Status.FINISHED);
        assertThat(dump.written("id")).containsExactly(1L);
        Await.until("the stall is over", () -> dump.stalls().isEmpty());
      }
    }
  }

  @Test
  void aListingOfRequestsThatIsRefusedKeepsNoNewTableFromBeingAskedFor() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.createPublicationAndSlot();
      LedgerHere ledger = new LedgerHere();
      try (InProcessDump dump = new InProcessDump(database, ledger, OFTEN, true, rows -> {})) {
        dump.start();
        ledger.listing(
            () -> {
              throw new WalbeamException(FailureKind.OPERATOR, "Forbidden (403).", "Grant it.");
            });
        database.execute("CREATE TABLE later (id int PRIMARY KEY)");
        Await.until(
            "its dump is asked for",
            () ->
                query(
                        database,
                        "SELECT count(*)::text FROM pg_logical_slot_peek_binary_changes('"
                            + database.slot()
                            + "', NULL, NULL, 'proto_version', '1', 'messages', 'true',"
                            + " 'publication_names', '"
                            + database.publication()
                            + "') WHERE position('later'::bytea in data) > 0")
                    .equals("1"));
      }
    }
  }

  /** Otherwise the stream would go on, and its dumps would be missing without a word. */
  @Test
  void anErrorOfTheVirtualMachineEndsTheRun() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      twoTables(database);
      LedgerHere ledger = new LedgerHere();
      try (InProcessDump dump = new InProcessDump(database, ledger, OFTEN, false, rows -> {})) {
        dump.start();
        dump.check();
        ledger.listing(
            () -> {
              throw new NoClassDefFoundError("scripted");
            });
        Await.until("the run is to end", () -> catchThrowable(dump::check) != null);
        assertThat(catchThrowable(dump::check))
            .isInstanceOfSatisfying(
                WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.BUG));
      }
    }
  }

  private static void twoTables(TestDatabase database) throws SQLException {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE small (id int PRIMARY KEY)",
        "INSERT INTO small VALUES (7)",
        "CREATE PUBLICATION " + database.publication() + " FOR TABLE t, small");
  }

  private static List<DumpEntry.Status> statuses(LedgerHere ledger) {
    return ledger.entries().stream().map(DumpEntry::status).toList();
  }

  @Test
  void rowsOfATransactionThatIsNotDurableYetAreNotWrittenBeforeItIs() throws Exception {
    try (TestPostgres server =
            TestPostgres.start(Map.of("wal_writer_delay", WAL_WRITER_DELAY, "autovacuum", "off"));
        TestDatabase database = server.newDatabase();
        Connection session = database.connect();
        Statement statement = session.createStatement()) {
      database.execute(
          "CREATE TABLE t (id serial PRIMARY KEY)",
          "CREATE PUBLICATION " + database.publication() + " FOR TABLE t");
      ConcurrentLinkedQueue<String> flushed = new ConcurrentLinkedQueue<>();
      InProcessDump.Arrival notes =
          rows -> flushed.add(query(database, "SELECT pg_current_wal_flush_lsn()::text"));
      try (InProcessDump dump = new InProcessDump(database, LONG_LANDING, notes)) {
        statement.execute("SET synchronous_commit = off");
        Lsn[] committed = new Lsn[1];
        Await.until(
            "a row is visible and not durable",
            () -> {
              statement.execute("INSERT INTO t DEFAULT VALUES");
              committed[0] = Lsn.parse(database.query("SELECT pg_current_wal_insert_lsn()::text"));
              return Lsn.parse(database.query("SELECT pg_current_wal_flush_lsn()::text"))
                      .compareTo(committed[0])
                  < 0;
            });
        dump.request("t");
        Await.until("the dump is over", () -> dump.ended().isPresent());
        assertThat(dump.ended()).hasValue(DumpEntry.Status.FINISHED);
        assertThat(dump.written("id")).isNotEmpty();
        assertThat(flushed)
            .isNotEmpty()
            .allSatisfy(lsn -> assertThat(Lsn.parse(lsn)).isGreaterThanOrEqualTo(committed[0]));
      }
    }
  }

  @Test
  void onAnIdleServerADumpMakesDurableWhatIsWrittenInsteadOfWaitingForSomebodyToCommit()
      throws Exception {
    try (TestPostgres server =
            TestPostgres.start(Map.of("wal_writer_delay", WAL_WRITER_DELAY, "autovacuum", "off"));
        TestDatabase database = server.newDatabase();
        DumpConnection connection = new DumpConnection(database.settings(), "walbeam-test");
        Connection session = database.connect();
        Statement statement = session.createStatement()) {
      database.execute(
          "CREATE TABLE t (id serial PRIMARY KEY)",
          "ALTER DATABASE " + database.name() + " SET synchronous_commit = off");
      session.setAutoCommit(false);
      Lsn[] written = new Lsn[1];
      Await.until(
          "something is written that no commit flushes",
          () -> {
            statement.execute("INSERT INTO t DEFAULT VALUES");
            written[0] = Lsn.parse(database.query("SELECT pg_current_wal_insert_lsn()::text"));
            return flushed(database).compareTo(written[0]) < 0;
          });
      assertThat(new Lsn(connection.awaitDurable())).isGreaterThanOrEqualTo(written[0]);
      assertThat(flushed(database)).isGreaterThanOrEqualTo(written[0]);
    }
  }

  private static Lsn flushed(TestDatabase database) {
    return Lsn.parse(query(database, "SELECT pg_current_wal_flush_lsn()::text"));
  }

  private static void execute(TestDatabase database, String sql) {
    try {
      database.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String query(TestDatabase database, String sql) {
    try {
      return database.query(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
