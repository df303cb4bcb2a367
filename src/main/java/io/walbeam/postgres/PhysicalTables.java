package io.walbeam.postgres;

import io.walbeam.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Which tables there are, and which of them hold rows. Stateless. */
final class PhysicalTables {
  private static final String LEAVES =
      """
      SELECT c.oid::pg_catalog.int8, n.nspname, c.relname, coalesce(am.amname = 'heap', false),
        coalesce(pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.int8, 0),
        CASE WHEN am.oid IS NULL THEN 0 ELSE pg_catalog.pg_relation_size(c.oid) END
          / pg_catalog.current_setting('block_size')::pg_catalog.int8,
        CASE WHEN c.relpages > 0 AND c.reltuples > 0
          THEN c.reltuples::pg_catalog.float8 / c.relpages ELSE 0 END
      FROM pg_catalog.pg_partition_tree(?::pg_catalog.int8::pg_catalog.regclass) t
      JOIN pg_catalog.pg_class c ON c.oid = t.relid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
      WHERE t.isleaf AND c.relkind = 'r'
      UNION ALL
      SELECT c.oid::pg_catalog.int8, n.nspname, c.relname, coalesce(am.amname = 'heap', false),
        coalesce(pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.int8, 0),
        pg_catalog.pg_relation_size(c.oid)
          / pg_catalog.current_setting('block_size')::pg_catalog.int8,
        CASE WHEN c.relpages > 0 AND c.reltuples > 0
          THEN c.reltuples::pg_catalog.float8 / c.relpages ELSE 0 END
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
      WHERE c.oid = ?::pg_catalog.int8::pg_catalog.oid AND c.relkind = 'r'
        AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) t
          WHERE t.relid = c.oid AND t.isleaf)
      ORDER BY 1
      """;

  private static final String IS_TABLE =
      "SELECT 1 FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')";

  private PhysicalTables() {}

  /** Whether the database has a table of that name, published or not. */
  static boolean exists(Connection connection, TableId table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IS_TABLE)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /** The tables that hold the rows of {@code relationId}, by object identifier. */
  static List<PhysicalTable> leaves(Connection connection, int relationId) throws SQLException {
    List<PhysicalTable> leaves = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LEAVES)) {
      statement.setLong(1, Integer.toUnsignedLong(relationId));
      statement.setLong(2, Integer.toUnsignedLong(relationId));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          leaves.add(
              new PhysicalTable(
                  row.getLong(1),
                  new TableId(row.getString(2), row.getString(3)),
                  row.getBoolean(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getDouble(7)));
        }
      }
    }
    return leaves;
  }
}
