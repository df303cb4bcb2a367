package io.walbeam.postgres;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.RowLimit;
import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads columns of rows by key: the large values that an update left alone and the stream does not
 * carry. Keeps one connection, opened when needed. Not thread-safe.
 *
 * <p>A column that was dropped or renamed since is NULL, as in every row of the new shape: what was
 * renamed is dumped again. So a row is written whose other columns changed.
 *
 * <p>The transaction is READ ONLY, row-level security refuses instead of hiding rows, nothing but
 * {@code pg_catalog} is on the search path, and values come in the texts of the stream. A value may
 * be newer than the change it is read for: then a later change of the same row follows. That holds
 * after a crash of the server too, because nothing is answered before it is durable.
 */
public final class ReadBack implements AutoCloseable {
  /**
   * Longest query, milliseconds. Reading by key takes far less; a table that lost its index is not
   * scanned for ever.
   */
  private static final long STATEMENT_TIMEOUT = Duration.ofSeconds(30).toMillis();

  /** Rows per round trip: of the longest values so many are in memory at once. */
  private static final int FETCH_ROWS = 16;

  /** Types whose length is known without printing them, and whose values are their texts. */
  private static final Set<Integer> TEXT_OIDS = Set.of(25, 1043, 142);

  private static final int BYTEA_OID = 17;

  /**
   * What to read.
   *
   * @param relation as the stream described it when the rows were changed
   * @param key indexes of the key columns in the relation
   * @param columns indexes of the columns to read
   * @param transactions identifiers of the transactions that changed the rows, as the stream has
   *     them, unsigned 32 bits
   * @param keys text of the key columns, row by row
   * @param budget texts of about this many characters end the answer early
   */
  public record Request(
      Relation relation,
      List<Integer> key,
      List<Integer> columns,
      Set<Integer> transactions,
      List<List<String>> keys,
      long budget) {
    @Override
    public String toString() {
      return "Request[" + relation.table() + ", " + keys.size() + " keys]";
    }
  }

  /** What was found. */
  public sealed interface Answer {}

  /** A transaction is committed in the WAL but not visible yet: ask again. */
  public record InProgress() implements Answer {}

  /** The values can no longer be read by anyone. */
  public record Gone(Refusal refusal) implements Answer {}

  /**
   * The rows that are there.
   *
   * @param rows by index into the keys: the values in the order of the columns, ABSENT for one that
   *     is longer than {@link RowLimit#BYTES}
   * @param complete whether a key without a row has none; else the budget ended the answer
   */
  public record Found(Map<Integer, List<ColumnValue>> rows, boolean complete) implements Answer {}

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

  private static final List<String> SESSION =
      List.of(
          "SET search_path = ''",
          "SET row_security = off",
          "SET statement_timeout = " + STATEMENT_TIMEOUT,
          // Few keys of a large table: whatever the statistics say, by index.
          "SET enable_seqscan = off",
          "SET enable_hashjoin = off",
          "SET enable_mergejoin = off");

  private final PostgresConnections connections;
  private final LazyConnection lazy;

  public ReadBack(PostgresSettings settings) {
    connections = new PostgresConnections(settings);
    lazy = new LazyConnection(this::open);
  }

  /**
   * Reads.
   *
   * @throws WalbeamException of kind TRANSIENT if PostgreSQL cannot be reached or is too slow, of
   *     kind OPERATOR if the role may not read the table or row-level security is in the way
   */
  public Answer read(Request request) throws InterruptedException {
    try {
      return lazy.call(open -> readDurable(open, request));
    } catch (SQLException e) {
      TableId table = request.relation().table();
      if (PostgresErrors.state(e).equals("42501")) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "User "
                + connections.settings().user()
                + " may not read all rows of table "
                + table
                + ", where a large value that an update left alone must be looked up.",
            "Grant it SELECT on the table and USAGE on its schema, and BYPASSRLS if row-level"
                + " security is on; writing then goes on.",
            e);
      }
      if (PostgresErrors.state(e).equals("57014")) {
        throw new WalbeamException(
            FailureKind.TRANSIENT,
            "Reading rows of table "
                + table
                + " by key took longer than "
                + STATEMENT_TIMEOUT / 1000
                + " s.",
            "Check that the index of its replica identity is there and no lock is held on it.",
            e);
      }
      if (isAltered(PostgresErrors.state(e))) {
        // Altered between the look at the catalogue and the query.
        throw new WalbeamException(
            FailureKind.TRANSIENT,
            "Table " + table + " was altered while its rows were read.",
            "This passes by itself.",
            e);
      }
      if (isRefused(PostgresErrors.state(e))) {
        return gone(
            ErrorClass.KEY_NOT_READABLE,
            "Rows of table "
                + table
                + " cannot be looked up by their key (SQLState "
                + PostgresErrors.state(e)
                + "), and with them a large value that the change left alone.",
            "Set REPLICA IDENTITY FULL on the table, and dump it again.");
      }
      throw PostgresErrors.using("read rows of table " + table, connections.settings(), e);
    }
  }

  private static Gone gone(ErrorClass errorClass, String message, String remedy) {
    return new Gone(new Refusal(Stage.READ_BACK, errorClass, message, remedy));
  }

  /** Closes the connection; the next call opens another. */
  @Override
  public void close() {
    lazy.drop();
  }

  private static boolean isAltered(String state) {
    return state.equals("42P01") || state.equals("42703") || state.equals("3F000");
  }

  /** Syntax and data classes: the same query fails every time. */
  private static boolean isRefused(String state) {
    return state.startsWith("42") || state.startsWith("22") || state.equals("0A000");
  }

  private Connection open() throws SQLException {
    Connection open = connections.openReading("walbeam:read-back");
    boolean done = false;
    try (Statement statement = open.createStatement()) {
      for (String setting : SESSION) {
        statement.execute(setting);
      }
      open.setReadOnly(true);
      open.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      open.setAutoCommit(false);
      done = true;
    } finally {
      if (!done) {
        Connections.abort(open);
      }
    }
    return open;
  }

  private static Answer readDurable(Connection open, Request request)
      throws SQLException, InterruptedException {
    Answer answer;
    try {
      answer = read(open, request);
    } finally {
      open.rollback();
    }
    if (!(answer instanceof InProgress)) {
      open.setAutoCommit(true);
      open.setReadOnly(false);
      DurableWal.await(open);
      open.setReadOnly(true);
      open.setAutoCommit(false);
    }
    return answer;
  }

  /** Every statement has a snapshot of its own, that of the query is taken last. */
  private static Answer read(Connection open, Request request) throws SQLException {
    if (inProgress(open, request.transactions())) {
      return new InProgress();
    }
    Relation relation = request.relation();
    String from = table(open, relation);
    if (from.isEmpty()) {
      return gone(
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

  private static Gone altered(Relation relation, RelationColumn column, @Nullable Current now) {
    return gone(
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
  private static String sql(String from, Request request, Map<String, Current> current) {
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

  private static Found query(Connection open, Request request, String sql) throws SQLException {
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
            return new Found(found, false);
          }
        }
      }
    }
    return new Found(found, true);
  }
}
