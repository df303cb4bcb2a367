package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is said about tables before a slot is made: patterns that mean none, missing privileges. */
final class StartChecks {
  /** So many tables are named in a sentence; a statement names all. */
  private static final int NAMED = 5;

  private static final String PUBLISHED =
      "SELECT p.schemaname, p.tablename FROM pg_catalog.pg_publication_tables p WHERE "
          + Publications.IN_USE;

  /** A grant on columns is enough for a publication with a column list. */
  private static final String UNREADABLE =
      "SELECT DISTINCT n.nspname, c.relname,"
          + " pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS schema_usable"
          + " FROM pg_catalog.pg_publication_tables p"
          + " JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname"
          + " JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename"
          + " WHERE "
          + Publications.IN_USE
          + " AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
          + " AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')) ORDER BY 1, 2";

  private StartChecks() {}

  /**
   * Refuses patterns that match no published table, unless a table that they match can still join.
   *
   * @throws WalbeamException of kind CONFIGURATION with the nearest names
   */
  static void requireMatch(Connection connection, String publication, List<String> patterns)
      throws SQLException {
    if (patterns.isEmpty()) {
      return;
    }
    TablePatterns wanted = TablePatterns.parse(String.join(",", patterns), "");
    List<TableId> published = published(connection, publication);
    if (published.stream().anyMatch(wanted::matches)) {
      return;
    }
    List<TableId> there =
        PublishableTables.read(connection, publication, Publications.inserts(publication)).stream()
            .map(PublishableTable::table)
            .toList();
    List<TableId> unpublished = there.stream().filter(wanted::matches).toList();
    if (unpublished.isEmpty()) {
      throw NoSuchTables.of(patterns, there);
    }
    if (Publications.exists(connection, publication)
        && !Publications.isOurs(connection, publication)) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The publication " + publication + " holds no table that --tables names.",
          "Run " + PublicationStatements.add(publication, unpublished) + "; or correct --tables.");
    }
  }

  /** One sentence and one statement for all published tables that the role may not read. */
  static Optional<String> missingPrivileges(
      Connection connection, String publication, List<String> patterns, String role)
      throws SQLException {
    TablePatterns wanted = TablePatterns.parse(String.join(",", patterns), "");
    List<TableId> unreadable = new ArrayList<>();
    Set<String> schemas = new TreeSet<>();
    try (PreparedStatement statement = connection.prepareStatement(UNREADABLE)) {
      Publications.bind(statement, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          TableId table = new TableId(row.getString(1), row.getString(2));
          if (wanted.matches(table)) {
            unreadable.add(table);
            if (!row.getBoolean(3)) {
              schemas.add(TableId.quote(table.schema()));
            }
          }
        }
      }
    }
    if (unreadable.isEmpty()) {
      return Optional.empty();
    }
    String to = " TO " + TableId.quote(role) + ";";
    String named =
        unreadable.stream().limit(NAMED).map(TableId::toString).collect(Collectors.joining(", "));
    return Optional.of(
        "User "
            + role
            + " may not read "
            + named
            + (unreadable.size() > NAMED ? " and " + (unreadable.size() - NAMED) + " more" : "")
            + ", which dumps and look-ups of large values need. Run: "
            + (schemas.isEmpty()
                ? ""
                : "GRANT USAGE ON SCHEMA " + String.join(", ", schemas) + to + " ")
            + "GRANT SELECT ON TABLE "
            + unreadable.stream().map(TableId::quoted).collect(Collectors.joining(", "))
            + to);
  }

  private static List<TableId> published(Connection connection, String publication)
      throws SQLException {
    List<TableId> tables = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
      Publications.bind(statement, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          tables.add(new TableId(row.getString(1), row.getString(2)));
        }
      }
    }
    return tables;
  }
}
