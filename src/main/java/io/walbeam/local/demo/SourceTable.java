package io.walbeam.local.demo;

import io.walbeam.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A PostgreSQL table as the catalogue describes it.
 *
 * @param columns name to type, in table order, without generated columns; {@code array} and {@code
 *     range} precede the names of such types that are built in, {@code document} those of other
 *     arrays and of composites
 * @param key names of the primary key columns
 */
record SourceTable(TableId id, Map<String, String> columns, List<String> key) {
  private static final String COLUMNS =
      """
      SELECT attname,
        CASE WHEN typtype = 'r' THEN 'range '
          WHEN atttypid >= 10000 THEN
            CASE WHEN typtype = 'c' OR typcategory = 'A' THEN 'document ' ELSE '' END
          WHEN typcategory = 'A' AND typname LIKE '\\_%' THEN 'array '
          ELSE '' END || format_type(atttypid, atttypmod)
      FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
      WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      ORDER BY attnum\
      """;

  private static final String KEY =
      """
      SELECT attname
      FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
      WHERE indrelid = ?::regclass AND indisprimary
      ORDER BY array_position(indkey::int2[], attnum)\
      """;

  private static final String PARTITIONED =
      "SELECT relkind = 'p' FROM pg_class WHERE oid = ?::regclass";

  private static final String ARRAY = "array ";
  private static final String RANGE = "range ";
  private static final String DOCUMENT = "document ";

  private static final String RANGE_JSON =
      """
      CASE WHEN isempty(?) THEN '{"empty":true}'
        WHEN ? IS NOT NULL THEN
          json_build_object('lower', lower(?)::text, 'upper', upper(?)::text, 'bounds',
            CASE WHEN lower_inc(?) THEN '[' ELSE '(' END || CASE WHEN upper_inc(?) THEN ']' ELSE ')' END)::text
        END\
      """;

  /** Ordinary and partitioned tables outside the system schemas, partitions left out. */
  private static final String TABLES =
      """
      SELECT nspname, relname
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind IN ('r', 'p') AND NOT relispartition
        AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
      ORDER BY nspname, relname\
      """;

  /** Every user table of the connection's database, sorted by name. */
  static List<TableId> list(Connection connection) throws SQLException {
    List<TableId> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(TABLES)) {
      while (rows.next()) {
        tables.add(new TableId(rows.getString(1), rows.getString(2)));
      }
    }
    return tables;
  }

  /** Reads the catalogue. */
  static SourceTable describe(Connection connection, TableId id) throws SQLException {
    LinkedHashMap<String, String> columns = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, id.quoted());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          columns.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    List<String> key = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(KEY)) {
      statement.setString(1, id.quoted());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          key.add(rows.getString(1));
        }
      }
    }
    return new SourceTable(id, columns, key);
  }

  /** Arrays, ranges and composites as JSON, which is how a copy can be compared with them. */
  private static String text(String column, String type) {
    if (type.startsWith(ARRAY)) {
      return "to_json(" + column + "::text[])::text";
    }
    if (type.startsWith(DOCUMENT)) {
      return "to_json(" + column + ")::text";
    }
    return type.startsWith(RANGE) ? RANGE_JSON.replace("?", column) : column + "::text";
  }

  /** Others that inherit from a table have rows of their own, which are not its rows. */
  private boolean isPartitioned(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PARTITIONED)) {
      statement.setString(1, id.quoted());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Every row: column name to the text that PostgreSQL prints, NULL as empty. */
  List<TextRow> rows(Connection connection) throws SQLException {
    String list =
        columns.entrySet().stream()
            .map(column -> text(TableId.quote(column.getKey()), column.getValue()))
            .collect(Collectors.joining(", "));
    String order = key.stream().map(TableId::quote).collect(Collectors.joining(", "));
    String sql =
        "SELECT "
            + list
            + " FROM "
            + (isPartitioned(connection) ? "" : "ONLY ")
            + id.quoted()
            + (order.isEmpty() ? "" : " ORDER BY " + order);
    List<TextRow> result = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        Map<String, Optional<String>> row = new LinkedHashMap<>();
        int index = 1;
        for (String name : columns.keySet()) {
          row.put(name, Optional.ofNullable(rows.getString(index++)));
        }
        result.add(new TextRow(row));
      }
    }
    return result;
  }
}
