package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is wrong with publications as they are: what harms the application, or stops decoding. */
final class PublicationChecks {
  private static final Logger log = LoggerFactory.getLogger(PublicationChecks.class);

  /** Tables in both publications; servers before 15 know no column lists. */
  private static final String DIFFERENT_COLUMNS =
      """
      SELECT a.schemaname, a.tablename
      FROM pg_catalog.pg_publication_tables a
      JOIN pg_catalog.pg_publication_tables b
        ON b.schemaname = a.schemaname AND b.tablename = a.tablename
      WHERE a.pubname = ? AND b.pubname = ?
        AND pg_catalog.to_jsonb(a) -> 'attnames' IS DISTINCT FROM
          pg_catalog.to_jsonb(b) -> 'attnames'
      ORDER BY 1, 2
      """;

  private PublicationChecks() {}

  /**
   * Says which statements of the application fail because of the publication, and how to mend that:
   * for publications that somebody else made, or an older version.
   */
  static void warnOfHarm(Connection connection, String name) throws SQLException {
    List<TableId> harmed = PublishableTables.harmed(connection, name);
    if (!harmed.isEmpty()) {
      log.warn(
          "PostgreSQL refuses UPDATE and DELETE on {}, because publication {} publishes them and"
              + " the tables have no usable replica identity. This mends it: {}",
          harmed.stream().map(TableId::toString).collect(Collectors.joining(", ")),
          name,
          harmed.stream()
              .map(table -> "ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL;")
              .collect(Collectors.joining(" ")));
    }
  }

  /**
   * Refuses a table that both publications hold with different columns: PostgreSQL would stop at
   * its next change (PostgreSQL source, {@code pgoutput_column_list_init}).
   *
   * @throws WalbeamException that names the tables
   */
  static void checkColumnLists(Connection connection, String name) throws SQLException {
    List<TableId> differing = new ArrayList<>();
    if (!Publications.inUse(connection, name).contains(Publications.inserts(name))) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(DIFFERENT_COLUMNS)) {
      statement.setString(1, name);
      statement.setString(2, Publications.inserts(name));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          differing.add(new TableId(row.getString(1), row.getString(2)));
        }
      }
    }
    if (!differing.isEmpty()) {
      String inserts = Publications.inserts(name);
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The publications "
              + name
              + " and "
              + inserts
              + " hold "
              + differing.stream().map(TableId::toString).collect(Collectors.joining(", "))
              + " with different columns, which PostgreSQL cannot decode.",
          "Take it out of one of them: " + PublicationStatements.drop(inserts, differing) + ";");
    }
  }
}
