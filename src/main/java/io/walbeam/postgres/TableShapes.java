package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the shapes of all published tables as of one moment. */
final class TableShapes {
  /** After the snapshot: whatever it shows was committed before. */
  private static final String POSITION =
      "SELECT pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text";

  /** The JSON form reads the same on versions whose catalogue lacks a column. */
  private static final String TABLES =
      """
      SELECT p.schemaname, p.tablename, c.oid::pg_catalog.int8, c.relreplident::pg_catalog.text,
        pg_catalog.concat_ws(' ', b.pubname, b.oid, b.pubinsert, b.pubupdate, b.pubdelete,
          b.pubtruncate, b.pubviaroot,
          GREATEST(
            (SELECT r.oid FROM pg_catalog.pg_publication_rel r
              WHERE r.prrelid = c.oid AND r.prpubid = b.oid),
            (SELECT pg_catalog.max(r.oid) FROM pg_catalog.pg_partition_ancestors(c.oid) a
              JOIN pg_catalog.pg_publication_rel r
                ON r.prrelid = a.relid AND r.prpubid = b.oid)),
          pg_catalog.to_jsonb(p) ->> 'rowfilter', 'v' || b.xmin::pg_catalog.text),
        CASE pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(p) -> 'attnames') WHEN 'array'
          THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(
            pg_catalog.to_jsonb(p) -> 'attnames')) END,
        ARRAY(SELECT a.attname::pg_catalog.text
          FROM pg_catalog.pg_index i
          CROSS JOIN LATERAL unnest(i.indkey::pg_catalog.int2[])
            WITH ORDINALITY AS k(attnum, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
          WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
            AND k.place <= i.indnkeyatts
            AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END
          ORDER BY k.place),
        %s
      FROM pg_catalog.pg_publication_tables p
      JOIN pg_catalog.pg_publication b ON b.pubname = p.pubname
      JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
      WHERE %s
      ORDER BY 1, 2
      """
          .formatted(PublishedTables.HAS_COLUMN_LIST.formatted("c.oid"), Publications.IN_USE);

  private static final String COLUMNS =
      """
      SELECT a.attrelid::pg_catalog.int8, a.attnum, a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod), a.xmin::pg_catalog.text::pg_catalog.int8,
        a.atthasmissing OR a.attgenerated = 'v' OR (c.relkind = 'p' AND EXISTS (
          SELECT FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) l
          JOIN pg_catalog.pg_attribute x ON x.attrelid = l.relid AND x.attname = a.attname
          WHERE x.atthasmissing)),
        a.attgenerated <> '', a.atttypid::pg_catalog.int8
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      WHERE a.attrelid = ANY (?::pg_catalog.int8[]::pg_catalog.oid[])
        AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY 1, 2
      """;

  /**
   * The tree is asked for of partitioned tables only, because that waits for locks. Files are taken
   * from the table, not from the function, which would show a rewrite that the snapshot of the
   * columns does not.
   */
  private static final String PARTS =
      """
      SELECT t.root, t.relid::pg_catalog.int8,
        c.relfilenode::pg_catalog.int8,
        coalesce(h.xmin::pg_catalog.text::pg_catalog.int8, 0), c.reltuples::pg_catalog.float8
      FROM (
        WITH tables AS (SELECT c.oid, c.relkind FROM pg_catalog.pg_class c
          WHERE c.oid = ANY (?::pg_catalog.int8[]::pg_catalog.oid[]))
        SELECT s.oid::pg_catalog.int8 AS root, s.oid AS relid FROM tables s
        UNION
        SELECT s.oid::pg_catalog.int8, l.relid::pg_catalog.oid FROM tables s
        CROSS JOIN LATERAL pg_catalog.pg_partition_tree(s.oid::pg_catalog.regclass) l
        WHERE s.relkind = 'p') t
      JOIN pg_catalog.pg_class c ON c.oid = t.relid
      LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = t.relid AND t.relid <> t.root::pg_catalog.oid
      """;

  /** Of every type that a column's type is made of: labels of enums, attributes of composites. */
  private static final String TYPES =
      """
      WITH RECURSIVE used (root, typid) AS (
        SELECT DISTINCT a.attrelid, a.atttypid FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = ANY (?::pg_catalog.int8[]::pg_catalog.oid[])
          AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
        UNION
        SELECT u.root, part.typid
        FROM used u
        JOIN pg_catalog.pg_type t ON t.oid = u.typid
        CROSS JOIN LATERAL (
          SELECT t.typelem WHERE t.typelem <> 0
          UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0
          UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
            WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0
              AND NOT a.attisdropped
          UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r
            WHERE r.rngtypid = t.oid
              OR (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid) AS part(typid)
        WHERE part.typid >= 16384)
      SELECT u.root::pg_catalog.int8, 'label ' || e.oid, e.enumlabel::pg_catalog.text
      FROM used u JOIN pg_catalog.pg_enum e ON e.enumtypid = u.typid
      UNION ALL
      SELECT u.root::pg_catalog.int8, '%s' || a.attrelid || ' ' || a.attnum,
        a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
      FROM used u
      JOIN pg_catalog.pg_type t ON t.oid = u.typid AND t.typtype = 'c'
      JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0
        AND NOT a.attisdropped
      """
          .formatted(TableShape.ATTRIBUTE);

  private TableShapes() {}

  /** Reads everything in one snapshot. */
  static PublishedShapes read(Connection connection, ReplicationSettings replication)
      throws SQLException {
    boolean before = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      Map<Long, Map<String, Integer>> types = new HashMap<>();
      List<TableShape> shapes = shapes(connection, replication, types);
      try (ResultSet row = statement.executeQuery(POSITION)) {
        row.next();
        return new PublishedShapes(Lsn.parse(row.getString(1)).value(), shapes, types);
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(before);
    }
  }

  private record Table(
      TableId table,
      long oid,
      String identity,
      String published,
      @Nullable List<String> listed,
      List<String> key,
      boolean readGenerated) {}

  private static List<TableShape> shapes(
      Connection connection,
      ReplicationSettings replication,
      Map<Long, Map<String, Integer>> columnTypes)
      throws SQLException {
    Map<Long, Table> tables = tables(connection, replication);
    Array oids = connection.createArrayOf("int8", tables.keySet().toArray());
    Map<Long, List<TableShape.Column>> columns = columns(connection, tables, oids, columnTypes);
    Map<Long, Map<Long, TableShape.Part>> parts = new HashMap<>();
    Map<Long, Double> rows = new HashMap<>();
    each(
        connection,
        PARTS,
        oids,
        row -> {
          parts
              .computeIfAbsent(row.getLong(1), any -> new HashMap<>())
              .put(row.getLong(2), new TableShape.Part(row.getLong(3), row.getLong(4)));
          if (row.getLong(3) != 0) {
            rows.merge(row.getLong(1), Math.max(0, row.getDouble(5)), Double::sum);
          }
        });
    Map<Long, Map<String, String>> types = new HashMap<>();
    each(
        connection,
        TYPES,
        oids,
        row ->
            types
                .computeIfAbsent(row.getLong(1), any -> new HashMap<>())
                .put(row.getString(2), row.getString(3)));
    List<TableShape> shapes = new ArrayList<>();
    tables.forEach(
        (oid, table) ->
            shapes.add(
                new TableShape(
                    table.table(),
                    oid,
                    columns.getOrDefault(oid, List.of()),
                    table.key(),
                    table.identity(),
                    table.published(),
                    parts.getOrDefault(oid, Map.of()),
                    types.getOrDefault(oid, Map.of()),
                    rows.getOrDefault(oid, 0.0))));
    return shapes;
  }

  private static Map<Long, Table> tables(Connection connection, ReplicationSettings replication)
      throws SQLException {
    Map<Long, Table> tables = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      Publications.bind(statement, replication.publication());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Array listed = row.getArray(6);
          tables.put(
              row.getLong(3),
              new Table(
                  new TableId(row.getString(1), row.getString(2)),
                  row.getLong(3),
                  row.getString(4),
                  row.getString(5),
                  listed == null ? null : List.of((String[]) listed.getArray()),
                  List.of((String[]) row.getArray(7).getArray()),
                  replication.readGenerated() && !row.getBoolean(8)));
        }
      }
    }
    return tables;
  }

  private static Map<Long, List<TableShape.Column>> columns(
      Connection connection,
      Map<Long, Table> tables,
      Array oids,
      Map<Long, Map<String, Integer>> types)
      throws SQLException {
    // From 18 on the list itself has the generated columns that are published.
    boolean listsGenerated =
        connection.getMetaData().getDatabaseMajorVersion()
            >= PublishedTables.GENERATED_COLUMNS_VERSION;
    Map<Long, List<TableShape.Column>> columns = new HashMap<>();
    each(
        connection,
        COLUMNS,
        oids,
        row -> {
          String name = row.getString(3);
          Table table = tables.get(row.getLong(1));
          @Nullable List<String> listed = table == null ? null : table.listed();
          boolean generated = row.getBoolean(7);
          boolean sent =
              listed == null ? !generated : listed.contains(name) && (!generated || listsGenerated);
          boolean read = generated && table != null && table.readGenerated();
          types
              .computeIfAbsent(row.getLong(1), any -> new HashMap<>())
              .put(name, (int) row.getLong(8));
          columns
              .computeIfAbsent(row.getLong(1), any -> new ArrayList<>())
              .add(
                  new TableShape.Column(
                      row.getInt(2),
                      name,
                      row.getString(4),
                      row.getLong(5),
                      sent || read,
                      row.getBoolean(6),
                      generated));
        });
    return columns;
  }

  @FunctionalInterface
  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private static void each(Connection connection, String sql, Array oids, Row take)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, oids);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          take.take(row);
        }
      }
    }
  }
}
