package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * Reads columns of rows by key: the large values that an update left alone and the stream does not
 * carry. Keeps one connection, opened when needed. Not thread-safe.
 *
 * <p>A column that was dropped or renamed since is NULL, as in every row of the new shape: what was
 * renamed is dumped again. So a row is written whose other columns changed.
 *
 * <p>The transaction is READ ONLY, row-level security refuses instead of hiding rows, nothing but
 * {@code pg_catalog} is on the search path, and values come in the texts of the stream. A value may
 * be newer than the change it is read for: then a later change of the same row follows. That holds
 * after a crash of the server too, because nothing is answered before it is durable.
 */
public final class ReadBack implements AutoCloseable {
  /**
   * Longest query, milliseconds. Reading by key takes far less; a table that lost its index is not
   * scanned for ever.
   */
  private static final long STATEMENT_TIMEOUT = Duration.ofSeconds(30).toMillis();

  private static final List<String> SESSION =
      List.of(
          "SET search_path = ''",
          "SET row_security = off",
          "SET statement_timeout = " + STATEMENT_TIMEOUT,
          // Few keys of a large table: whatever the statistics say, by index.
          "SET enable_seqscan = off",
          "SET enable_hashjoin = off",
          "SET enable_mergejoin = off");

  private final PostgresConnections connections;
  private final LazyConnection lazy;

  public ReadBack(PostgresSettings settings) {
    connections = new PostgresConnections(settings);
    lazy = new LazyConnection(this::open);
  }

  /**
   * Reads.
   *
   * @throws WalbeamException of kind TRANSIENT if PostgreSQL cannot be reached or is too slow, of
   *     kind OPERATOR if the role may not read the table or row-level security is in the way
   */
  public ReadBackAnswer read(ReadBackRequest request) throws InterruptedException {
    try {
      return lazy.call(open -> readDurable(open, request));
    } catch (SQLException e) {
      TableId table = request.relation().table();
      if (PostgresErrors.state(e).equals("42501")) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "User "
                + connections.settings().user()
                + " may not read all rows of table "
                + table
                + ", where a large value that an update left alone must be looked up.",
            "Grant it SELECT on the table and USAGE on its schema, and BYPASSRLS if row-level"
                + " security is on; writing then goes on.",
            e);
      }
      if (PostgresErrors.state(e).equals("57014")) {
        throw new WalbeamException(
            FailureKind.TRANSIENT,
            "Reading rows of table "
                + table
                + " by key took longer than "
                + STATEMENT_TIMEOUT / 1000
                + " s.",
            "Check that the index of its replica identity is there and no lock is held on it.",
            e);
      }
      if (isAltered(PostgresErrors.state(e))) {
        // Altered between the look at the catalogue and the query.
        throw new WalbeamException(
            FailureKind.TRANSIENT,
            "Table " + table + " was altered while its rows were read.",
            "This passes by itself.",
            e);
      }
      if (isRefused(PostgresErrors.state(e))) {
        return ReadBackAnswer.gone(
            ErrorClass.KEY_NOT_READABLE,
            "Rows of table "
                + table
                + " cannot be looked up by their key (SQLState "
                + PostgresErrors.state(e)
                + "), and with them a large value that the change left alone.",
            "Set REPLICA IDENTITY FULL on the table, and dump it again.");
      }
      throw PostgresErrors.using("read rows of table " + table, connections.settings(), e);
    }
  }

  /** Closes the connection; the next call opens another. */
  @Override
  public void close() {
    lazy.drop();
  }

  private static boolean isAltered(String state) {
    return state.equals("42P01") || state.equals("42703") || state.equals("3F000");
  }

  /**
   * Syntax, data and constraint classes: the same query fails every time. A key that its domain no
   * longer takes is of the last.
   */
  private static boolean isRefused(String state) {
    return state.startsWith("42")
        || state.startsWith("22")
        || state.startsWith("23")
        || state.equals("0A000");
  }

  private Connection open() throws SQLException {
    Connection open = connections.openReading("walbeam:read-back");
    boolean done = false;
    try (Statement statement = open.createStatement()) {
      for (String setting : SESSION) {
        statement.execute(setting);
      }
      open.setReadOnly(true);
      open.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      open.setAutoCommit(false);
      done = true;
    } finally {
      if (!done) {
        Connections.abort(open);
      }
    }
    return open;
  }

  private static ReadBackAnswer readDurable(Connection open, ReadBackRequest request)
      throws SQLException, InterruptedException {
    ReadBackAnswer answer;
    try {
      answer = ReadBackQuery.run(open, request);
    } finally {
      open.rollback();
    }
    if (!(answer instanceof ReadBackAnswer.InProgress)) {
      open.setAutoCommit(true);
      open.setReadOnly(false);
      DurableWal.await(open);
      open.setReadOnly(true);
      open.setAutoCommit(false);
    }
    return answer;
  }
}
