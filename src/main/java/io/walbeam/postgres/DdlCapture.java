package io.walbeam.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The event trigger that writes the text of statements on tables into the WAL, in order with the
 * data. It never lets a statement fail.
 */
public final class DdlCapture {
  private static final String RESOURCE = "capture_ddl.sql";

  /** No statement of the resource has an empty line in it. */
  private static final Pattern BETWEEN = Pattern.compile(";\\s*\\n(\\n|$)");

  private static final String INSTALLED =
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_event_trigger t"
          + " WHERE t.evtname IN ('walbeam_ddl', 'walbeam_drop'))";

  private DdlCapture() {}

  /** Statements that install it; only a superuser may, or what a provider has instead. */
  public static List<String> installation() {
    try (InputStream resource = DdlCapture.class.getResourceAsStream(RESOURCE)) {
      String script =
          new String(
              Objects.requireNonNull(resource, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
      return BETWEEN.splitAsStream(script).map(String::strip).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Statements that take it back. */
  public static List<String> removal() {
    return List.of(
        "DROP EVENT TRIGGER IF EXISTS walbeam_ddl",
        "DROP EVENT TRIGGER IF EXISTS walbeam_drop",
        "DROP FUNCTION IF EXISTS walbeam.capture_ddl()",
        "DROP SCHEMA IF EXISTS walbeam");
  }

  /** Whether the database has it. */
  public static boolean isInstalled(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(INSTALLED)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
