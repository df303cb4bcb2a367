package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds and creates publications over an ordinary connection. Never alters or drops one. */
public final class Publications {
  /**
   * Permanent tables that are not partitions: a partition's changes are published as its root's.
   * The second column tells whether the role may publish the table.
   */
  private static final String TABLES =
      "SELECT n.nspname, c.relname, pg_catalog.pg_has_role(c.relowner, 'USAGE')"
          + " FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition"
          + " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY 1, 2";

  private static final String SUPERUSER =
      "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user";

  private Publications() {}

  /** Whether a publication of that name exists in the connection's database. */
  public static boolean exists(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT 1 FROM pg_catalog.pg_publication WHERE pubname = ?")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /**
   * Creates a publication for the tables that {@code patterns} cover; without patterns for all
   * tables if the role is a superuser, else for the tables that the role owns. Changes of
   * partitions are published as changes of their root.
   *
   * @throws WalbeamException if there is nothing to publish
   */
  public static void create(Connection connection, String name, List<String> patterns)
      throws SQLException {
    String what =
        patterns.isEmpty() && isSuperuser(connection)
            ? "ALL TABLES"
            : "TABLE "
                + tables(connection, patterns).stream()
                    .map(TableId::quoted)
                    .collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE PUBLICATION "
              + TableId.quote(name)
              + " FOR "
              + what
              + " WITH (publish_via_partition_root = true)");
    }
  }

  private static List<TableId> tables(Connection connection, List<String> patterns)
      throws SQLException {
    TablePatterns wanted = TablePatterns.parse(String.join(",", patterns), "");
    List<TableId> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(TABLES)) {
      while (row.next()) {
        TableId id = new TableId(row.getString(1), row.getString(2));
        if (wanted.isAll() ? row.getBoolean(3) : wanted.matches(id)) {
          found.add(id);
        }
      }
    }
    if (found.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          patterns.isEmpty()
              ? "The role owns no table that could be published."
              : "No table matches " + String.join(",", patterns) + ".",
          patterns.isEmpty()
              ? "Let the owner of the tables run CREATE PUBLICATION, or use that role."
              : "Correct --tables, or create the tables first.");
    }
    return found;
  }

  private static boolean isSuperuser(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SUPERUSER)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
