package io.walbeam.postgres;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.RowLimit;
import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link ReadBackRequest} asks a server in one transaction. Stateless. */
final class ReadBackQuery {
  /** Rows per round trip: of the longest values so many are in memory at once. */
  private static final int FETCH_ROWS = 16;

  /** Types whose length is known without printing them, and whose values are their texts. */
  private static final Set<Integer> TEXT_OIDS = Set.of(25, 1043, 142);

  private static final int BYTEA_OID = 17;

  /** A column as it is now. */
  private record Current(String type, int typeOid, String operator) {}

  /**
   * {@code xid} is the low half of a transaction identifier. It is less than 2^31 away from the
   * newest one, which gives the high half; one whose status the server has forgotten is finished.
   */
  private static final String STATUS =
      """
      SELECT count(*)
      FROM (SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint
          AS newest) AS now
      CROSS JOIN pg_catalog.unnest(?::bigint[]) AS x(xid)
      CROSS JOIN LATERAL (SELECT (x.xid - (now.newest & 4294967295)) AS distance) AS d
      CROSS JOIN LATERAL (SELECT now.newest + CASE
          WHEN d.distance > 2147483647 THEN d.distance - 4294967296
          WHEN d.distance < -2147483648 THEN d.distance + 4294967296
          ELSE d.distance END AS id) AS f
      WHERE pg_catalog.pg_xact_status(greatest(f.id, 3)::text::xid8) = 'in progress'
      """;

  private static final String TABLE =
      """
      SELECT n.nspname, c.relname, c.relkind
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.oid = ?::bigint::oid
      """;

  /** The operator is that of the unique index, which is not in pg_catalog for every type. */
  private static final String COLUMNS =
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid::bigint,
        (SELECT 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
         FROM pg_catalog.pg_index AS i
         CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[])
           AS k(attnum, opclass)
         JOIN pg_catalog.pg_opclass AS c ON c.oid = k.opclass
         JOIN pg_catalog.pg_amop AS s ON s.amopfamily = c.opcfamily AND s.amopstrategy = 3
           AND s.amoplefttype = c.opcintype AND s.amoprighttype = c.opcintype
         JOIN pg_catalog.pg_operator AS o ON o.oid = s.amopopr
         JOIN pg_catalog.pg_namespace AS n ON n.oid = o.oprnamespace
         WHERE i.indrelid = a.attrelid AND k.attnum = a.attnum
           AND (i.indisprimary OR i.indisreplident)
         LIMIT 1)
      FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = ?::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private ReadBackQuery() {}

  /** Every statement has a snapshot of its own, that of the query is taken last. */
  static ReadBackAnswer run(Connection open, ReadBackRequest request) throws SQLException {
    if (inProgress(open, request.transactions())) {
      return new ReadBackAnswer.InProgress();
    }
    Relation relation = request.relation();
    String from = table(open, relation);
    if (from.isEmpty()) {
      return ReadBackAnswer.gone(
          ErrorClass.TABLE_DROPPED,
          "Table "
              + relation.table()
              + " is gone, and with it a large value that the change left"
              + " alone.",
          "Nothing can be read any more; the rows of a dropped table stay as they are.");
    }
    Map<String, Current> current = columns(open, relation);
    for (int i : request.key()) {
      RelationColumn column = relation.columns().get(i);
      Current now = current.get(column.name());
      if (now == null || now.typeOid() != column.typeOid()) {
        return altered(relation, column, now);
      }
    }
    for (int i : request.columns()) {
      RelationColumn column = relation.columns().get(i);
      Current now = current.get(column.name());
      if (now != null && !isReadAs(column.typeOid(), now.typeOid())) {
        return altered(relation, column, now);
      }
    }
    return query(open, request, sql(from, request, current));
  }

  /** Whether a value of a type has the text that it had as one of another. */
  private static boolean isReadAs(int before, int now) {
    return before == now || (TEXT_OIDS.contains(before) && TEXT_OIDS.contains(now));
  }

  private static ReadBackAnswer.Gone altered(
      Relation relation, RelationColumn column, @Nullable Current now) {
    return ReadBackAnswer.gone(
        ErrorClass.COLUMN_CHANGED,
        "Column "
            + TableId.quote(column.name())
            + " of table "
            + relation.table()
            + (now == null ? " was dropped or renamed" : " has another type now")
            + ", and a large value that the change left alone cannot be read.",
        "Dump the table again, or set REPLICA IDENTITY FULL before altering such a table.");
  }

  private static boolean inProgress(Connection open, Set<Integer> transactions)
      throws SQLException {
    Long[] ids = transactions.stream().map(Integer::toUnsignedLong).toArray(Long[]::new);
    try (PreparedStatement statement = open.prepareStatement(STATUS)) {
      statement.setArray(1, open.createArrayOf("int8", ids));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1) > 0;
      }
    }
  }

  /** The name it has now; a table that others inherit from is read alone. Empty if it is gone. */
  private static String table(Connection open, Relation relation) throws SQLException {
    try (PreparedStatement statement = open.prepareStatement(TABLE)) {
      statement.setLong(1, Integer.toUnsignedLong(relation.id()));
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return "";
        }
        String name = new TableId(row.getString(1), row.getString(2)).quoted();
        return row.getString(3).equals("p") ? name : "ONLY " + name;
      }
    }
  }

  private static Map<String, Current> columns(Connection open, Relation relation)
      throws SQLException {
    Map<String, Current> columns = new HashMap<>();
    try (PreparedStatement statement = open.prepareStatement(COLUMNS)) {
      statement.setLong(1, Integer.toUnsignedLong(relation.id()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String operator = rows.getString(4);
          columns.put(
              rows.getString(1),
              new Current(
                  rows.getString(2),
                  (int) rows.getLong(3),
                  operator == null ? "OPERATOR(pg_catalog.=)" : operator));
        }
      }
    }
    return columns;
  }

  /** Names come quoted, types and operators from the catalogue; key values are bound. */
  private static String sql(String from, ReadBackRequest request, Map<String, Current> current) {
    List<RelationColumn> columns = request.relation().columns();
    StringBuilder sql = new StringBuilder("SELECT k.n");
    for (int i : request.columns()) {
      RelationColumn column = columns.get(i);
      String name = "t." + TableId.quote(column.name());
      String length = length(name, column.typeOid());
      if (!current.containsKey(column.name())) {
        sql.append(", NULL::pg_catalog.text, false");
      } else if (length.isEmpty()) {
        sql.append(", ").append(name).append(", false");
      } else {
        String tooLong = length + " > " + RowLimit.BYTES;
        sql.append(", CASE WHEN ").append(tooLong).append(" THEN NULL ELSE ").append(name);
        sql.append(" END, ").append(tooLong);
      }
    }
    sql.append(" FROM unnest(");
    StringBuilder names = new StringBuilder();
    StringBuilder on = new StringBuilder();
    for (int i = 0; i < request.key().size(); i++) {
      String name = columns.get(request.key().get(i)).name();
      Current now = Objects.requireNonNull(current.get(name));
      sql.append(i == 0 ? "" : ", ").append("?::pg_catalog.text[]");
      names.append('k').append(i).append(", ");
      on.append(i == 0 ? "" : " AND ").append("t.").append(TableId.quote(name)).append(' ');
      on.append(now.operator()).append(" k.k").append(i).append("::").append(now.type());
    }
    sql.append(") WITH ORDINALITY AS k(").append(names).append("n) JOIN ").append(from);
    return sql.append(" AS t ON ").append(on).toString();
  }

  private static String length(String name, int typeOid) {
    if (typeOid == BYTEA_OID) {
      return "pg_catalog.octet_length(" + name + ")";
    }
    return TEXT_OIDS.contains(typeOid)
        ? "pg_catalog.octet_length(" + name + "::pg_catalog.text)"
        : "";
  }

  private static ReadBackAnswer.Found query(Connection open, ReadBackRequest request, String sql)
      throws SQLException {
    Map<Integer, List<ColumnValue>> found = new HashMap<>();
    long characters = 0;
    try (PreparedStatement statement = open.prepareStatement(sql)) {
      for (int i = 0; i < request.key().size(); i++) {
        int column = i;
        String[] texts = request.keys().stream().map(key -> key.get(column)).toArray(String[]::new);
        statement.setArray(i + 1, open.createArrayOf("text", texts));
      }
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          List<ColumnValue> values = new ArrayList<>();
          for (int i = 0; i < request.columns().size(); i++) {
            String text = rows.getString(2 * i + 2);
            if (rows.getBoolean(2 * i + 3)) {
              values.add(ColumnValue.ABSENT);
            } else if (text == null) {
              values.add(ColumnValue.NULL);
            } else {
              characters += text.length();
              values.add(new ColumnValue.Text(text));
            }
          }
          found.put((int) rows.getLong(1) - 1, values);
          if (characters >= request.budget()) {
            return new ReadBackAnswer.Found(found, false);
          }
        }
      }
    }
    return new ReadBackAnswer.Found(found, true);
  }
}
