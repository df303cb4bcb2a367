package io.walbeam.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The session settings that decide how PostgreSQL prints values: the same on every connection that
 * reads rows, so that a value has one text, whatever the role, the database or the machine prefer.
 */
final class SessionFormat {
  private static final String[] SETTINGS = {
    "SET DateStyle = 'ISO, MDY'",
    "SET IntervalStyle = 'iso_8601'",
    "SET lc_monetary = 'C'",
    "SET TimeZone = 'UTC'",
    "SET extra_float_digits = 3",
    "SET bytea_output = 'hex'"
  };

  private SessionFormat() {}

  /** Applies them for the rest of the session. */
  static void apply(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute(setting);
      }
    }
  }
}
