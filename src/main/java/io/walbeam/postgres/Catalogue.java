package io.walbeam.postgres;

import io.walbeam.change.RelationColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
        i.indisprimary, i.indisreplident, pg_catalog.bool_or(NOT a.attnotnull),
        pg_catalog.bool_or(a.attgenerated <> '') OR %s
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = ?::bigint::oid AND i.indisunique AND i.indimmediate AND i.indisvalid
        AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
      GROUP BY i.indexrelid, i.indrelid, i.indisprimary, i.indisreplident
      ORDER BY i.indexrelid
      """
          .formatted(PublishedTables.HAS_COLUMN_LIST.formatted("i.indrelid"));

  private static final String GENERATED =
      """
      SELECT a.attname, a.atttypid::pg_catalog.int8, a.atttypmod
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE a.attrelid = ?::pg_catalog.int8::pg_catalog.oid AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated <> '' AND NOT %s
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_tables p
          WHERE p.schemaname = n.nspname AND p.tablename = c.relname
            AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= %d0000
            AND pg_catalog.jsonb_exists(pg_catalog.to_jsonb(p) -> 'attnames', a.attname::pg_catalog.text)
            AND %s)
      ORDER BY a.attnum
      """
          .formatted(
              PublishedTables.HAS_COLUMN_LIST.formatted("a.attrelid"),
              PublishedTables.GENERATED_COLUMNS_VERSION,
              Publications.IN_USE);

  private final PostgresConnections connections;
  private final LazyConnection lazy;
  private final String publication;

  public Catalogue(ReplicationSettings settings) {
    publication = settings.publication();
    connections = new PostgresConnections(settings.postgres());
    lazy = new LazyConnection(() -> connections.open("walbeam:catalogue"));
  }

  /**
   * What is known of the relation; nothing if it is gone.
   *
   * @param relationId object identifier, unsigned
   * @param types object identifiers of the types whose parts are asked for
   * @param generated whether generated columns are asked for
   * @throws io.walbeam.failure.WalbeamException of kind TRANSIENT if PostgreSQL cannot be reached
   */
  public CatalogueEntry entry(int relationId, Set<Integer> types, boolean generated) {
    try {
      return lazy.call(connection -> entry(connection, relationId, types, generated));
    } catch (SQLException e) {
      throw PostgresErrors.using("look up a table", connections.settings(), e);
    }
  }

  private CatalogueEntry entry(
      Connection connection, int relationId, Set<Integer> types, boolean generated)
      throws SQLException {
    List<UniqueIndex> indexes = uniqueIndexes(connection, relationId);
    List<RelationColumn> columns =
        generated ? generated(connection, relationId, publication) : List.of();
    Set<Integer> all = new HashSet<>(types);
    columns.stream()
        .map(RelationColumn::typeOid)
        .filter(oid -> Integer.toUnsignedLong(oid) >= PublishedTables.FIRST_ANNOUNCED_TYPE)
        .forEach(all::add);
    return new CatalogueEntry(indexes, columns, TypeShapes.read(connection, all));
  }

  private static List<RelationColumn> generated(
      Connection connection, int relationId, String publication) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(GENERATED)) {
      statement.setLong(1, Integer.toUnsignedLong(relationId));
      statement.setString(2, publication);
      statement.setString(3, Publications.inserts(publication));
      List<RelationColumn> columns = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(
              new RelationColumn(row.getString(1), (int) row.getLong(2), row.getInt(3), false));
        }
      }
      return columns;
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
                  row.getBoolean(4),
                  row.getBoolean(5)));
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
