package io.walbeam.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** What is done with connections of every kind. */
final class Connections {
  private Connections() {}

  /** Gives a connection up without waiting for the server. */
  static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is closed either way.
    }
  }
}
