package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Makes sure that what was read survives a crash of the server: with {@code synchronous_commit=off}
 * a row can be read, or found absent, that a crash would bring back to what it was.
 */
final class DurableWal {
  /** A standby has flushed what it shows. */
  private static final String ENDS =
      "SELECT (CASE WHEN r.standby THEN r.replayed"
          + " ELSE pg_catalog.pg_current_wal_insert_lsn() END)::pg_catalog.text,"
          + " (CASE WHEN r.standby THEN r.replayed"
          + " ELSE pg_catalog.pg_current_wal_flush_lsn() END)::pg_catalog.text"
          + " FROM (SELECT pg_catalog.pg_is_in_recovery() AS standby,"
          + " pg_catalog.pg_last_wal_replay_lsn() AS replayed) AS r";

  /** On a busy server somebody commits in this time, which flushes everything. Milliseconds. */
  private static final long COMMIT_PAUSE = 5;

  /** Of messages that nobody reads: only their commit counts. */
  private static final String FLUSH_PREFIX = "walbeam.flush";

  private DurableWal() {}

  /**
   * Where the WAL ends.
   *
   * @param written everything that was visible before lies below
   * @param durable what survives a crash
   */
  private record Ends(long written, long durable) {
    boolean isDurable(long position) {
      return Long.compareUnsigned(durable, position) >= 0;
    }
  }

  /**
   * Waits until everything that anyone could see before the call is durable. Where nobody else
   * commits, commits a message to make it so: by itself PostgreSQL flushes a record that no commit
   * follows only when the background writer logs the running transactions, which is every 15
   * seconds ({@code LOG_SNAPSHOT_INTERVAL_MS}, {@code bgwriter.c}).
   *
   * @param connection outside of a transaction, each statement committed by itself
   * @return a position behind what was visible, unsigned
   */
  static long await(Connection connection) throws SQLException, InterruptedException {
    Ends ends = ends(connection);
    long written = ends.written();
    if (!ends.isDurable(written)) {
      Thread.sleep(COMMIT_PAUSE);
      if (!ends(connection).isDurable(written)) {
        LogicalMessages.emit(connection, FLUSH_PREFIX, "");
      }
    }
    return written;
  }

  private static Ends ends(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ENDS)) {
      row.next();
      return new Ends(Lsn.parse(row.getString(1)).value(), Lsn.parse(row.getString(2)).value());
    }
  }
}
