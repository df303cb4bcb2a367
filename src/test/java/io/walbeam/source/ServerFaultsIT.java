package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.batch.BatchContents;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.testing.SelfSignedCertificate;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs a server of its own: restarts, shutdowns, scarce settings, short timeouts. */
final class ServerFaultsIT {
  private static final String TABLE = "CREATE TABLE t (k bigint PRIMARY KEY, v text)";

  @Test
  void serverThatRestartsIsWaitedForWithoutLossOrRepetition() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of());
        TestDatabase database = server.newDatabase()) {
      database.execute(TABLE);
      database.createPublicationAndSlot();
      try (SourceFixture fixture = SourceFixture.of(database)) {
        database.execute("INSERT INTO t VALUES (1, 'a')");
        fixture.readChanges(1);
        server.stop();
        for (int i = 0; i < 100; i++) {
          fixture.bundle();
        }
        server.startAgain();
        database.execute("INSERT INTO t VALUES (2, 'a')");
        fixture.readChanges(2);
        assertThat(fixture.changes).hasSize(2).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void fastShutdownCompletesWhileWeAreIdle() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of());
        TestDatabase database = server.newDatabase()) {
      database.execute(TABLE);
      database.createPublicationAndSlot();
      try (SourceFixture fixture = SourceFixture.of(database)) {
        database.execute("INSERT INTO t VALUES (1, 'a')");
        fixture.readChanges(1);
        ProcessHandle postmaster = ProcessHandle.of(server.processId()).orElseThrow();
        signal("INT", postmaster.pid());
        Await.until(
            "the server ends",
            () -> {
              fixture.bundle();
              return !postmaster.isAlive();
            });
      }
      server.stop();
      server.startAgain();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "QUIT"})
  void noShutdownWaitsForWhatCannotBeConfirmed(String signal) throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of());
        TestDatabase database = server.newDatabase()) {
      database.execute(TABLE);
      database.createPublicationAndSlot();
      try (SourceFixture fixture = SourceFixture.of(database)) {
        fixture.publish = false;
        database.execute("INSERT INTO t VALUES (1, 'a')");
        fixture.readChanges(1);
        ProcessHandle postmaster = ProcessHandle.of(server.processId()).orElseThrow();
        signal(signal, postmaster.pid());
        Await.until(
            "the server ends",
            () -> {
              fixture.bundle();
              return !postmaster.isAlive();
            });
        server.stop();
        server.startAgain();
        fixture.publish = true;
        database.execute("INSERT INTO t VALUES (2, 'b')");
        fixture.readChanges(2);
        assertThat(fixture.changes).hasSize(2).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void anEndedConnectionThatIsNoShutdownLeavesTheStreamAlone() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(TABLE);
      database.createPublicationAndSlot();
      try (SourceFixture fixture = SourceFixture.of(database)) {
        database.execute("INSERT INTO t VALUES (1, 'a')");
        fixture.readChanges(1);
        String walsender = activePid(database);
        String ended = "walbeam-side:" + database.slot();
        String pid = sidePid(database, ended);
        database.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
        Await.until(
            "there is another connection beside the stream",
            () -> {
              fixture.bundle();
              return !sidePid(database, ended).isEmpty();
            });
        database.execute("INSERT INTO t VALUES (2, 'b')");
        fixture.readChanges(2);
        assertThat(activePid(database)).isEqualTo(walsender);
      }
    }
  }

  @Test
  void whileTheWalsenderIsFrozenTheNumbersGoOnAndTheSilenceIsAStall() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(TABLE);
      database.createPublicationAndSlot();
      try (SourceFixture fixture = SourceFixture.of(database)) {
        LocalJob job = LocalJob.of(fixture.settings.slotKey());
        database.execute("INSERT INTO t VALUES (1, 'a')");
        fixture.readChanges(1);
        assertThat(job.silentSeconds()).isZero();
        long walsender = Long.parseLong(activePid(database));
        signal("STOP", walsender);
        try {
          database.execute("INSERT INTO t VALUES (2, 'b')");
          Await.until(
              "the lag is that of the change which is not sent",
              () -> {
                fixture.bundle();
                return job.lag().seconds() >= 12 && job.silentSeconds() >= 10;
              });
          assertThat(job.lag().bytes()).isPositive();
        } finally {
          signal("CONT", walsender);
        }
        fixture.readChanges(2);
        Await.until(
            "nothing is behind",
            () -> {
              fixture.bundle();
              return job.lag().seconds() <= 1 && job.silentSeconds() == 0;
            });
      }
    }
  }

  @Test
  void fullQueueKeepsAnsweringTheServer() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of("wal_sender_timeout", "6s"));
        TestDatabase database = server.newDatabase()) {
      database.execute(TABLE, "ALTER TABLE t ALTER v SET STORAGE EXTERNAL");
      database.createPublicationAndSlot();
      database.execute(
          "INSERT INTO t SELECT g, repeat('x', 1000000) FROM generate_series(1, 100) g");
      SourceSettings settings = SourceFixture.settings(database);
      try (SourceFixture fixture = new SourceFixture(settings)) {
        fixture.readChanges(1);
        String pid = activePid(database);
        // Several times the timeout by the server's own clock, nobody taking anything.
        String begin = database.query("SELECT clock_timestamp()");
        Await.until(
            "two timeouts have passed",
            () ->
                database
                    .query("SELECT clock_timestamp() > timestamptz '" + begin + "' + '12s'")
                    .equals("t"));
        assertThat(activePid(database)).isEqualTo(pid);
        fixture.readChanges(100);
        assertThat(activePid(database)).isEqualTo(pid);
        assertThat(fixture.changes).hasSize(100).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void messageOverTheLimitComesAsItsKeyAndIsFollowedByTheRest() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of());
        TestDatabase database = server.newDatabase()) {
      database.execute(TABLE, "ALTER TABLE t ALTER v SET STORAGE EXTERNAL");
      database.createPublicationAndSlot();
      database.execute(
          "INSERT INTO t VALUES (1, repeat('x', 5000000))",
          "INSERT INTO t VALUES (2, repeat('x', 45000000))",
          "INSERT INTO t VALUES (3, 'small')");
      try (SourceFixture fixture = SourceFixture.of(database)) {
        fixture.readChanges(3);
        assertThat(fixture.changes.stream().map(BatchContents.Change::type))
            .containsExactly('I', 'X', 'I');
        assertThat(fixture.changes.get(1).body().length()).isLessThan(100);
        assertThat(fixture.changes.get(1).body()).contains("2");
      }
    }
  }

  @Test
  void oneWalsenderAndOneSlotAreEnoughForATakeover() throws Exception {
    try (TestPostgres server =
            TestPostgres.start(Map.of("max_wal_senders", "1", "max_replication_slots", "1"));
        TestDatabase database = server.newDatabase()) {
      database.execute(TABLE);
      try (SourceFixture older = SourceFixture.of(database)) {
        Await.until(
            "the slot is taken",
            () -> {
              older.bundle();
              return !activePid(database).isEmpty();
            });
        try (SourceFixture newer = SourceFixture.of(database)) {
          newer.bundle();
          database.execute("INSERT INTO t VALUES (1, 'a')");
          newer.readChanges(1);
        }
      }
    }
  }

  @Test
  void encryptedStreamIsReadLikeAPlainOne() throws Exception {
    try (TestPostgres server = TestPostgres.start(Map.of());
        TestDatabase database = server.newDatabase()) {
      SelfSignedCertificate.install(server.dataDirectory());
      database.execute("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()", TABLE);
      database.createPublicationAndSlot();
      database.execute("INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 20000) g");
      SourceSettings plain = SourceFixture.settings(database);
      PostgresSettings open = plain.postgres();
      SourceSettings encrypted =
          new SourceSettings(
              new ReplicationSettings(
                  new PostgresSettings(
                      open.host(),
                      open.port(),
                      open.database(),
                      open.user(),
                      open.password(),
                      new TreeMap<>(
                          Map.of(
                              "sslmode",
                              "verify-ca",
                              "sslrootcert",
                              server.dataDirectory().resolve("server.crt").toString()))),
                  plain.slot(),
                  plain.publication()),
              plain.tables(),
              plain.run(),
              plain.recorded(),
              StreamHook.NONE,
              plain.channel());
      try (SourceFixture fixture = new SourceFixture(encrypted)) {
        fixture.readChanges(20_000);
        assertThat(
                database.query(
                    "SELECT ssl FROM pg_stat_ssl s JOIN pg_replication_slots r"
                        + " ON r.active_pid = s.pid"))
            .isEqualTo("t");
        // Lone messages must not wait in the TLS layer.
        for (int i = 0; i < 20; i++) {
          database.execute("INSERT INTO t VALUES (" + -i + ", 'late')");
          fixture.readChanges(20_001 + i);
        }
        assertThat(fixture.changes).hasSize(20_020).doesNotHaveDuplicates();
      }
    }
  }

  private static void signal(String signal, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  private static String sidePid(TestDatabase database, String applicationName) throws Exception {
    return database.query(
        "SELECT pid FROM pg_stat_activity WHERE application_name = '" + applicationName + "'");
  }

  private static String activePid(TestDatabase database) throws Exception {
    return database.query(
        "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + database.slot() + "'");
  }
}
