package io.walbeam.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.demo.Await;
import io.walbeam.testing.TestDatabase;
import io.walbeam.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DumpConnectionIT {
  private static final String NAME = "walbeam-test-dump";

  private static final String END_SESSIONS =
      "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
          + " WHERE application_name = '"
          + NAME
          + "' AND datname = current_database()";

  private static final String IDLE_FOR_SHORT =
      "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = '"
          + NAME
          + "' AND datname = current_database()"
          + " AND clock_timestamp() - state_change < '2s'::interval";

  @Test
  void everySessionIsAskedWhatItsServerIsBeforeAnythingIsRead() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      AtomicInteger asked = new AtomicInteger();
      String system = database.query("SELECT system_identifier::text FROM pg_control_system()");
      DumpConnection.Admission onlyOnce =
          role -> {
            assertThat(role.standby()).isFalse();
            assertThat(role.systemIdentifier()).isEqualTo(system);
            if (asked.incrementAndGet() > 1) {
              throw new WalbeamException(FailureKind.TRANSIENT, "behind", "later");
            }
          };
      try (DumpConnection connection = new DumpConnection(database.settings(), NAME, onlyOnce)) {
        connection.nextTransaction();
        connection.nextTransaction();
        assertThat(asked).as("once for one session").hasValue(1);
        database.query(END_SESSIONS);
        assertThatThrownBy(connection::nextTransaction)
            .as("the session that was ended")
            .isInstanceOf(WalbeamException.class);
        assertThatThrownBy(connection::nextTransaction).as("the next session").hasMessage("behind");
        assertThat(asked).hasValue(2);
      }
    }
  }

  @Test
  void nothingIsReadOfATableThatIsNotAsItWasDescribed() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
          "INSERT INTO t VALUES (1, 'a1', 'b1')",
          "CREATE PUBLICATION " + database.publication() + " FOR TABLE t");
      List<String> read = new ArrayList<>();
      try (DumpConnection connection = new DumpConnection(database.settings(), NAME)) {
        PublishedTable table = describe(database, connection);
        PhysicalTable leaf = connection.leaves(table.relation().id()).get(0);
        Copied copied = copy(connection, table, leaf, read);
        assertThat(copied.altered()).isFalse();
        database.execute(
            "ALTER TABLE t RENAME a TO x",
            "ALTER TABLE t RENAME b TO a",
            "ALTER TABLE t RENAME x TO b");
        assertThat(copy(connection, table, leaf, read).altered()).isTrue();
        assertThat(copy(connection, describe(database, connection), leaf, read).altered())
            .isFalse();
        assertThat(read).containsExactly("1 a1 b1", "1 a1 b1");
      }
    }
  }

  @Test
  void aChunkThatWaitedForARewriteHasTheRowsOfAfterwardsOrNone() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
          "INSERT INTO t VALUES (1, 'a1', 'b1')",
          "CREATE PUBLICATION " + database.publication() + " FOR TABLE t");
      List<String> read = new ArrayList<>();
      try (DumpConnection connection = new DumpConnection(database.settings(), NAME)) {
        PublishedTable table = describe(database, connection);
        PhysicalTable leaf = connection.leaves(table.relation().id()).get(0);
        // A snapshot of before sees no row in the new file (documentation, "Caveats" of MVCC).
        Copied same =
            copiedAround(
                database, "ALTER TABLE t ALTER b TYPE text USING b || '!'", connection, leaf, read);
        assertThat(read).containsExactly("1 a1 b1!");
        assertThat(same.altered()).as("it is described as before").isFalse();
        assertThat(same.fileNode()).as("so the file tells").isNotEqualTo(leaf.fileNode());

        read.clear();
        PhysicalTable moved = connection.leaves(table.relation().id()).get(0);
        Copied other =
            copiedAround(
                database,
                "ALTER TABLE t ALTER a TYPE varchar(9) USING a || '!'",
                connection,
                moved,
                read);
        assertThat(other.altered()).isTrue();
        assertThat(read).isEmpty();
        assertThat(copy(connection, describe(database, connection), moved, read).altered())
            .isFalse();
        assertThat(read).containsExactly("1 a1! b1!");
      }
    }
  }

  /** What a chunk is that begins before the statement is committed. */
  private static Copied copiedAround(
      TestDatabase database,
      String rewrite,
      DumpConnection connection,
      PhysicalTable leaf,
      List<String> read)
      throws Exception {
    PublishedTable table = describe(database, connection);
    try (Connection session = database.connect();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute(rewrite);
      CompletableFuture<Copied> copied = new CompletableFuture<>();
      Thread reader =
          new Thread(
              () -> {
                try {
                  copied.complete(copy(connection, table, leaf, read));
                } catch (InterruptedException | RuntimeException e) {
                  copied.completeExceptionally(e);
                }
              });
      reader.start();
      Await.until("the chunk waits for the table", () -> waits(database) || copied.isDone());
      session.commit();
      reader.join();
      return copied.get();
    }
  }

  private static boolean waits(TestDatabase database) throws SQLException {
    return database
        .query("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND NOT granted")
        .equals("1");
  }

  private static PublishedTable describe(TestDatabase database, DumpConnection connection)
      throws InterruptedException {
    ReplicationSettings replication =
        new ReplicationSettings(database.settings(), "walbeam", database.publication());
    return connection.describe(replication, new TableId("public", "t")).orElseThrow();
  }

  private static Copied copy(
      DumpConnection connection, PublishedTable table, PhysicalTable leaf, List<String> read)
      throws InterruptedException {
    return connection.copy(
        table,
        leaf,
        new TableRange.Pages(0, 10),
        false,
        (row, line, address) -> read.add(row.text(0) + " " + row.text(1) + " " + row.text(2)));
  }

  @Test
  void aServersLimitsForForgottenSessionsDoNotEndADumps() throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      database.execute("ALTER DATABASE " + database.name() + " SET idle_session_timeout = '1s'");
      try (DumpConnection connection = new DumpConnection(database.settings(), NAME)) {
        connection.nextTransaction();
        Await.until(
            "the session has been idle for longer than the limit, or is gone",
            () -> !database.query(IDLE_FOR_SHORT).equals("1"));
        connection.nextTransaction();
      }
    }
  }
}
