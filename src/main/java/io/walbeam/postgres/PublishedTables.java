package io.walbeam.postgres;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import io.walbeam.change.TypeName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a publication holds, described as the plugin would describe it (PostgreSQL source,
 * {@code logicalrep_write_rel}, {@code pgoutput_change}).
 */
final class PublishedTables {
  /** Types with smaller identifiers are not announced (PostgreSQL source, FirstGenbkiObjectId). */
  static final long FIRST_ANNOUNCED_TYPE = 10_000;

  /** From this version on the view itself leaves out generated columns that are not published. */
  static final int GENERATED_COLUMNS_VERSION = 18;

  /** Whether somebody chose the columns of a table that are published. */
  static final String HAS_COLUMN_LIST =
      "EXISTS (SELECT FROM pg_catalog.pg_publication_rel l WHERE l.prrelid = %s"
          + " AND pg_catalog.to_jsonb(l) ->> 'prattrs' IS NOT NULL)";

  /** The JSON form reads the same on versions whose view lacks a column. */
  private static final String TABLES =
      """
      SELECT p.schemaname, p.tablename, c.oid::pg_catalog.int8, c.relreplident::pg_catalog.text,
        pg_catalog.to_jsonb(p) ->> 'rowfilter',
        ARRAY(SELECT pg_catalog.jsonb_array_elements_text(
          CASE pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(p) -> 'attnames')
            WHEN 'array' THEN pg_catalog.to_jsonb(p) -> 'attnames' ELSE '[]' END)),
        c.relkind = 'p' OR coalesce(am.amname = 'heap', false),
        c.reltuples::pg_catalog.float8, %s
      FROM pg_catalog.pg_publication_tables p
      JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
      LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
      WHERE %s AND (?::pg_catalog.text[] IS NULL
        OR (p.schemaname::pg_catalog.text, p.tablename::pg_catalog.text)
          IN (SELECT w.schema, w.name FROM unnest(?::pg_catalog.text[], ?::pg_catalog.text[])
            AS w(schema, name)))
      ORDER BY 1, 2
      """
          .formatted(HAS_COLUMN_LIST.formatted("c.oid"), Publications.IN_USE);

  private static final String PARTITIONS =
      """
      SELECT p.schemaname, p.tablename, l.oid::pg_catalog.int8, ln.nspname, l.relname
      FROM pg_catalog.pg_publication_tables p
      JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
        AND c.relkind = 'p'
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) t
      JOIN pg_catalog.pg_class l ON l.oid = t.relid AND l.relkind = 'r'
      JOIN pg_catalog.pg_namespace ln ON ln.oid = l.relnamespace
      WHERE %s AND t.isleaf
      """
          .formatted(Publications.IN_USE);

  private static final String PAGES =
      """
      SELECT p.schemaname, p.tablename, coalesce(
        (SELECT pg_catalog.sum(l.relpages)
          FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) t
          JOIN pg_catalog.pg_class l ON l.oid = t.relid
          WHERE t.isleaf), c.relpages)::pg_catalog.int8
      FROM pg_catalog.pg_publication_tables p
      JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
      WHERE %s
      """
          .formatted(Publications.IN_USE);

  private static final String SHAPE_OF_COLUMN =
      "pg_catalog.concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod)";

  /** Empty for a table without columns, as it is described. */
  private static final String SHAPE =
      "SELECT coalesce(pg_catalog.string_agg("
          + SHAPE_OF_COLUMN
          + ", ',' ORDER BY a.attnum), '') FROM pg_catalog.pg_attribute a"
          + " WHERE a.attrelid = ?::pg_catalog.int8::pg_catalog.oid AND a.attnum > 0"
          + " AND NOT a.attisdropped";

  private static final String COLUMNS =
      """
      SELECT a.attname, a.atttypid::pg_catalog.int8, a.atttypmod,
        pg_catalog.format_type(a.atttypid, a.atttypmod),
        EXISTS (SELECT FROM pg_catalog.pg_index i,
            unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k(attnum, place)
          WHERE i.indrelid = a.attrelid AND k.attnum = a.attnum AND k.place <= i.indnkeyatts
            AND ((c.relreplident = 'd' AND i.indisprimary AND i.indimmediate)
              OR (c.relreplident = 'i' AND i.indisreplident))),
        bn.nspname, bt.typname, a.attgenerated <> '', %s
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      CROSS JOIN LATERAL (
        WITH RECURSIVE d AS (
          SELECT t.oid, t.typbasetype, t.typtype FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid
          UNION ALL
          SELECT b.oid, b.typbasetype, b.typtype
          FROM pg_catalog.pg_type b JOIN d ON d.typtype = 'd' AND b.oid = d.typbasetype)
        SELECT d.oid FROM d WHERE d.typtype <> 'd' LIMIT 1) base
      JOIN pg_catalog.pg_type bt ON bt.oid = base.oid
      JOIN pg_catalog.pg_namespace bn ON bn.oid = bt.typnamespace
      WHERE a.attrelid = ?::pg_catalog.int8::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """
          .formatted(SHAPE_OF_COLUMN);

  private PublishedTables() {}

  /** Names of the tables that the publication holds now; roots of partitions if it says so. */
  static List<TableId> names(Connection connection, String publication) throws SQLException {
    List<TableId> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      Publications.bind(statement, publication);
      statement.setArray(3, null);
      statement.setArray(4, null);
      statement.setArray(5, null);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(new TableId(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return names;
  }

  /** Pages by the planner's statistics, 0 before the first ANALYZE. */
  static Map<TableId, Long> pages(Connection connection, String publication) throws SQLException {
    Map<TableId, Long> pages = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(PAGES)) {
      Publications.bind(statement, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          pages.put(new TableId(row.getString(1), row.getString(2)), row.getLong(3));
        }
      }
    }
    return pages;
  }

  /** Leaves of the published partitioned tables. */
  static Map<TableId, Map<Long, TableId>> partitions(Connection connection, String publication)
      throws SQLException {
    Map<TableId, Map<Long, TableId>> partitions = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(PARTITIONS)) {
      Publications.bind(statement, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          partitions
              .computeIfAbsent(
                  new TableId(row.getString(1), row.getString(2)), any -> new TreeMap<>())
              .put(row.getLong(3), new TableId(row.getString(4), row.getString(5)));
        }
      }
    }
    return partitions;
  }

  /**
   * The tables as they are replicated; those that are not published are left out. PostgreSQL lists
   * the whole publication for it, so it is to be asked for many at once.
   */
  static Map<TableId, PublishedTable> describe(
      Connection connection, ReplicationSettings replication, List<TableId> tables)
      throws SQLException {
    Array schemas =
        connection.createArrayOf("text", tables.stream().map(TableId::schema).toArray());
    Array names = connection.createArrayOf("text", tables.stream().map(TableId::name).toArray());
    Map<TableId, PublishedTable> described = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      Publications.bind(statement, replication.publication());
      statement.setArray(3, schemas);
      statement.setArray(4, schemas);
      statement.setArray(5, names);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          TableId table = new TableId(row.getString(1), row.getString(2));
          if (described.containsKey(table)) {
            continue;
          }
          @Nullable String filter = row.getString(5);
          Array published = row.getArray(6);
          described.put(
              table,
              describe(
                  connection,
                  table,
                  row.getLong(3),
                  ReplicaIdentity.of(row.getString(4).charAt(0)),
                  filter == null ? "" : filter,
                  List.of((String[]) published.getArray()),
                  row.getBoolean(7),
                  row.getDouble(8),
                  replication.readGenerated() && !row.getBoolean(9)));
        }
      }
    }
    return described;
  }

  /**
   * Whether the table has the columns that it was described with. True until the end of the
   * transaction if that holds a lock on a table with its rows.
   */
  static boolean isAsDescribed(Connection connection, PublishedTable table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SHAPE)) {
      statement.setLong(1, Integer.toUnsignedLong(table.relation().id()));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && table.shape().equals(row.getString(1));
      }
    }
  }

  private static PublishedTable describe(
      Connection connection,
      TableId table,
      long oid,
      ReplicaIdentity identity,
      String filter,
      List<String> published,
      boolean heap,
      double estimatedRows,
      boolean readGenerated)
      throws SQLException {
    boolean listsGenerated =
        connection.getMetaData().getDatabaseMajorVersion() >= GENERATED_COLUMNS_VERSION
            && !published.isEmpty();
    List<RelationColumn> columns = new ArrayList<>();
    List<String> columnTypes = new ArrayList<>();
    List<String> shape = new ArrayList<>();
    Map<Integer, TypeName> types = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String name = row.getString(1);
          shape.add(row.getString(9));
          boolean listed = published.isEmpty() || published.contains(name);
          boolean sent = listed && (!row.getBoolean(8) || listsGenerated);
          if (!sent && !(readGenerated && row.getBoolean(8))) {
            continue;
          }
          long type = row.getLong(2);
          columns.add(
              new RelationColumn(
                  name,
                  (int) type,
                  row.getInt(3),
                  sent && (identity == ReplicaIdentity.FULL || row.getBoolean(5))));
          columnTypes.add(row.getString(4));
          if (type >= FIRST_ANNOUNCED_TYPE) {
            types.put((int) type, new TypeName((int) type, row.getString(6), row.getString(7)));
          }
        }
      }
    }
    return new PublishedTable(
        new Relation((int) oid, table, identity, columns),
        types,
        columnTypes,
        Catalogue.primaryKey(connection, (int) oid),
        filter,
        heap,
        estimatedRows,
        String.join(",", shape));
  }
}
