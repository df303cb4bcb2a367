package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.Lsn;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.sink.DumpEntry;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
