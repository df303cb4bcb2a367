package io.walbeam.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes messages into the WAL that the replication stream carries. */
final class LogicalMessages {
  /**
   * The commit waits for this server's disk whatever the role's default is, and for no standby:
   * {@code is_local} lasts until the commit is written.
   */
  private static final String EMIT =
      "SELECT pg_catalog.set_config('synchronous_commit', 'local', true),"
          + " pg_catalog.pg_logical_emit_message(true, ?, ?)";

  private LogicalMessages() {}

  /** Writes a transactional message; it is durable when this returns, if the connection commits. */
  static void emit(Connection connection, String prefix, String content) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EMIT)) {
      statement.setString(1, prefix);
      statement.setString(2, content);
      statement.executeQuery().close();
    }
  }
}
