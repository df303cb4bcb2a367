package io.walbeam.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the system catalogue for what the replication stream does not tell. Keeps one connection,
 * opened when needed. Thread-safe.
 */
public final class Catalogue implements AutoCloseable {
  private static final String PRIMARY_KEY =
      """
      SELECT a.attname
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = ?::bigint::oid AND i.indisprimary AND i.indimmediate AND i.indisvalid
        AND k.place <= i.indnkeyatts
      ORDER BY k.place
      """;

  private static final String UNIQUE_INDEXES =
      """
      SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.place),
        i.indisprimary, i.indisreplident, pg_catalog.bool_or(NOT a.attnotnull)
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = ?::bigint::oid AND i.indisunique AND i.indimmediate AND i.indisvalid
        AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
      GROUP BY i.indexrelid, i.indisprimary, i.indisreplident
      ORDER BY i.indexrelid
      """;

  private final PostgresConnections connections;
  private final LazyConnection lazy;

  public Catalogue(PostgresSettings settings) {
    connections = new PostgresConnections(settings);
    lazy = new LazyConnection(() -> connections.open("walbeam:catalogue"));
  }

  /**
   * What tells rows of the relation apart, the oldest first; empty if the relation is gone.
   *
   * @param relationId object identifier, unsigned
   * @throws io.walbeam.failure.WalbeamException of kind TRANSIENT if PostgreSQL cannot be reached
   */
  public List<UniqueIndex> uniqueIndexes(int relationId) {
    try {
      return lazy.call(connection -> uniqueIndexes(connection, relationId));
    } catch (SQLException e) {
      throw PostgresErrors.using("look up the keys of a table", connections.settings(), e);
    }
  }

  private static List<UniqueIndex> uniqueIndexes(Connection connection, int relationId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UNIQUE_INDEXES)) {
      statement.setLong(1, Integer.toUnsignedLong(relationId));
      List<UniqueIndex> indexes = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          indexes.add(
              new UniqueIndex(
                  List.of((String[]) row.getArray(1).getArray()),
                  row.getBoolean(2),
                  row.getBoolean(3),
                  row.getBoolean(4)));
        }
      }
      return indexes;
    }
  }

  /**
   * Columns of the relation's primary key in key order; empty if it has none, if the key is
   * deferrable, or if the relation is gone.
   */
  static List<String> primaryKey(Connection connection, int relationId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PRIMARY_KEY)) {
      statement.setLong(1, Integer.toUnsignedLong(relationId));
      List<String> columns = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          columns.add(rows.getString(1));
        }
      }
      return columns;
    }
  }

  /**
   * Connects.
   *
   * @throws io.walbeam.failure.WalbeamException that says why it cannot
   */
  public void verifyReachable() {
    try {
      lazy.call(Connection::getAutoCommit);
    } catch (SQLException e) {
      throw PostgresErrors.using("look up a primary key", connections.settings(), e);
    }
  }

  /** Closes the connection if it was not used for so long; the next look-up opens another. */
  public void closeIdle(Duration idle) {
    lazy.closeIdle(idle);
  }

  /** Closes the connection, for good. */
  @Override
  public void close() {
    lazy.close();
  }
}
