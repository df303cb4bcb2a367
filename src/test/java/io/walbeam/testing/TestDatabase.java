package io.walbeam.testing;

import io.walbeam.postgres.PostgresSettings;
import io.walbeam.secret.SecretReference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One test's database on a {@link TestPostgres}; closing it drops slot and database. */
public record TestDatabase(TestPostgres server, String name, String slot, String publication)
    implements AutoCloseable {
  /** How walbeam reaches it, as superuser. */
  public PostgresSettings settings() {
    return settings("postgres", "");
  }

  /** How walbeam reaches it as another role. */
  public PostgresSettings settings(String user, String password) {
    return new PostgresSettings(
        "localhost", server.port(), name, user, new SecretReference(password));
  }

  /** A connection as superuser. */
  public Connection connect() throws SQLException {
    return server.connect(name);
  }

  /** Runs statements, each in a transaction of its own. */
  public void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The single value of a query, as text; empty for NULL or no row. */
  public String query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      String value = row.next() ? row.getString(1) : null;
      return value == null ? "" : value;
    }
  }

  /** Creates the publication for all tables, then the slot. */
  public void createPublicationAndSlot() throws SQLException {
    execute(
        "CREATE PUBLICATION " + publication + " FOR ALL TABLES",
        "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
  }

  /** Where the slot stands. */
  public long confirmedFlush() throws SQLException {
    String lsn =
        query(
            "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '"
                + slot
                + "'");
    return io.walbeam.change.Lsn.parse(lsn).value();
  }

  /** End of the flushed WAL. */
  public long walEnd() throws SQLException {
    return io.walbeam.change.Lsn.parse(query("SELECT pg_current_wal_flush_lsn()::text")).value();
  }

  /** Ends whoever uses the slot, drops the slot, then the database. */
  @Override
  public void close() throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      for (int attempt = 0; ; attempt++) {
        try {
          statement.execute(
              "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots"
                  + " WHERE database = '"
                  + name
                  + "' AND active_pid IS NOT NULL");
          statement.execute(
              "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                  + " WHERE database = '"
                  + name
                  + "'");
          statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
          return;
        } catch (SQLException e) {
          if (attempt == 20) {
            throw e;
          }
        }
      }
    }
  }
}
