package io.walbeam.postgres;

import io.walbeam.change.TypeName;
import io.walbeam.change.TypeShape;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads of which parts types consist that are not built in. One instance holds one answer. */
final class TypeShapes {
  /** The one extension whose type has parts that are no types; it may be in any schema. */
  private static final String HSTORE = "hstore";

  /** PostgreSQL source, {@code pg_type.dat}. */
  private static final int MONEY = 790;

  private static final TypeShape UNKNOWN = new TypeShape.Plain("");

  /**
   * The types and all that they consist of. Types of fixed length, such as point, have elements too
   * (PostgreSQL documentation, {@code pg_type.typelem}) but are no arrays, and int2vector (22) and
   * oidvector (30) are not printed as such.
   */
  private static final String TYPES =
      """
      WITH RECURSIVE used (oid) AS (
        SELECT pg_catalog.unnest(?::pg_catalog.int8[])::pg_catalog.oid
        UNION
        SELECT part.oid
        FROM used u
        JOIN pg_catalog.pg_type t ON t.oid = u.oid
        CROSS JOIN LATERAL (
          SELECT t.typelem WHERE t.typelem <> 0 AND t.typlen = -1 AND t.oid NOT IN (22, 30)
          UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0
          UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
          UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid
          UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
            WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0
              AND NOT a.attisdropped) AS part(oid))
      SELECT t.oid::pg_catalog.int8, n.nspname, t.typname, t.typtype::pg_catalog.text,
        t.typdelim::pg_catalog.text,
        coalesce(r.rngsubtype, m.rngtypid,
          CASE t.typtype WHEN 'd' THEN t.typbasetype
            ELSE CASE WHEN t.typlen = -1 AND t.oid NOT IN (22, 30) THEN t.typelem END END,
          0)::pg_catalog.int8,
        a.attname::pg_catalog.text, a.atttypid::pg_catalog.int8
      FROM used u
      JOIN pg_catalog.pg_type t ON t.oid = u.oid
      JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
      LEFT JOIN pg_catalog.pg_range m ON m.rngmultitypid = t.oid
      LEFT JOIN pg_catalog.pg_attribute a ON t.typtype = 'c' AND a.attrelid = t.typrelid
        AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY t.oid, a.attnum
      """;

  /**
   * One type.
   *
   * @param kind {@code typtype}
   * @param delimiter between elements of an array of it
   * @param part what it is over, 0 if there is nothing of the kind
   * @param attributes types of a composite's attributes by name, in their order
   */
  private record Row(
      boolean builtIn,
      String name,
      char kind,
      char delimiter,
      int part,
      Map<String, Integer> attributes) {}

  private final Map<Integer, Row> rows;

  private TypeShapes(Map<Integer, Row> rows) {
    this.rows = rows;
  }

  /** The shapes of those of {@code types} that exist. */
  static Map<Integer, TypeShape> read(Connection connection, Set<Integer> types)
      throws SQLException {
    if (types.isEmpty()) {
      return Map.of();
    }
    TypeShapes read = new TypeShapes(rows(connection, types));
    Map<Integer, TypeShape> shapes = new HashMap<>();
    if (types.contains(MONEY)) {
      shapes.put(MONEY, money(connection));
    }
    for (int oid : types) {
      if (oid != MONEY && read.rows.containsKey(oid)) {
        shapes.put(oid, read.shape(oid));
      }
    }
    return shapes;
  }

  /** What an amount means depends on a setting, which the session's format has replaced. */
  private static TypeShape money(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET lc_monetary TO DEFAULT");
      try (ResultSet row =
          statement.executeQuery(
              "SELECT pg_catalog.scale('1'::pg_catalog.money::pg_catalog.numeric)")) {
        row.next();
        return new TypeShape.Money(row.getInt(1));
      } finally {
        SessionFormat.apply(connection);
      }
    }
  }

  private static Map<Integer, Row> rows(Connection connection, Set<Integer> types)
      throws SQLException {
    Map<Integer, Row> rows = new HashMap<>();
    Long[] oids = types.stream().map(Integer::toUnsignedLong).toArray(Long[]::new);
    try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
      statement.setArray(1, connection.createArrayOf("int8", oids));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          int oid = (int) result.getLong(1);
          Row row = rows.get(oid);
          if (row == null) {
            row = row(result);
            rows.put(oid, row);
          }
          @Nullable String attribute = result.getString(7);
          if (attribute != null) {
            row.attributes().put(attribute, (int) result.getLong(8));
          }
        }
      }
    }
    return rows;
  }

  private static Row row(ResultSet result) throws SQLException {
    return new Row(
        result.getString(2).equals(TypeName.BUILT_IN_SCHEMA),
        result.getString(3),
        result.getString(4).charAt(0),
        result.getString(5).charAt(0),
        (int) result.getLong(6),
        new LinkedHashMap<>());
  }

  private TypeShape shape(int oid) {
    Row row = rows.get(oid);
    if (row == null) {
      return UNKNOWN;
    }
    return switch (row.kind()) {
      case 'd' -> shape(row.part());
      case 'r' -> new TypeShape.RangeOf(shape(row.part()));
      case 'm' ->
          shape(row.part()) instanceof TypeShape.RangeOf range
              ? new TypeShape.MultirangeOf(range)
              : UNKNOWN;
      case 'c' -> {
        List<TypeShape.Attribute> attributes = new ArrayList<>();
        row.attributes()
            .forEach((name, type) -> attributes.add(new TypeShape.Attribute(name, shape(type))));
        yield new TypeShape.Composite(attributes);
      }
      default -> row.part() == 0 ? plain(row) : array(row);
    };
  }

  private TypeShape array(Row row) {
    Row element = rows.get(row.part());
    return element == null
        ? UNKNOWN
        : new TypeShape.ArrayOf(shape(row.part()), element.delimiter());
  }

  private static TypeShape plain(Row row) {
    return row.builtIn() || row.name().equals(HSTORE) ? new TypeShape.Plain(row.name()) : UNKNOWN;
  }
}
