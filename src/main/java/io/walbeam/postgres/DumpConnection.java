package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.change.Tuple;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * An ordinary connection that dumps ask and read through, opened when first used and again after it
 * was lost. Thread-safe: one call at a time, but {@link #close} at any.
 *
 * <p>Values come as the text that the replication stream carries. Row-level security that would
 * hide rows is an error, never a shorter answer.
 */
public final class DumpConnection implements AutoCloseable {
  /** Longest a chunk may be read, milliseconds: it holds back vacuum and conflicts on a standby. */
  private static final int STATEMENT_TIMEOUT_MILLIS = 30 * 60 * 1000;

  /** Longest wait for a lock; a chunk that waits for ALTER TABLE is tried again. Milliseconds. */
  private static final int LOCK_TIMEOUT_MILLIS = 30 * 1000;

  private static final String SESSION =
      "SET search_path = ''; SET row_security = off; SET standard_conforming_strings = on;"
          + " SET statement_timeout = "
          + STATEMENT_TIMEOUT_MILLIS
          + "; SET lock_timeout = "
          + LOCK_TIMEOUT_MILLIS
          // Limits for forgotten sessions; which of them exist depends on the version.
          + "; SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings"
          + " WHERE name IN ('idle_session_timeout', 'idle_in_transaction_session_timeout',"
          + " 'transaction_timeout')";

  private static final String FILE_NODE =
      "SELECT coalesce(pg_catalog.pg_relation_filenode(oid), 0)::pg_catalog.text"
          + " FROM pg_catalog.pg_class WHERE oid = ";

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

  private static final String ROLE =
      "SELECT pg_catalog.pg_is_in_recovery(), system_identifier::pg_catalog.text,"
          + " coalesce(pg_catalog.pg_last_wal_replay_lsn()::pg_catalog.text, '0/0')"
          + " FROM pg_catalog.pg_control_system()";

  private final PostgresConnections connections;
  private final @Nullable Admission admission;
  private final LazyConnection lazy;

  /** A connection to a server that is asked whatever it is. */
  public DumpConnection(PostgresSettings settings, String applicationName) {
    this(settings, applicationName, null);
  }

  /** A connection to a server that may be another one at the next session. */
  public DumpConnection(
      PostgresSettings settings, String applicationName, @Nullable Admission admission) {
    this.connections = new PostgresConnections(settings);
    this.admission = admission;
    this.lazy = new LazyConnection(() -> open(applicationName));
  }

  @FunctionalInterface
  private interface Call<T> {
    T run(Connection connection) throws SQLException, InterruptedException;
  }

  /** Names of the tables that the publication holds now. */
  public List<TableId> published(String publication) throws InterruptedException {
    return call("read the publication", c -> PublishedTables.names(c, publication));
  }

  /**
   * Keeps walbeam's own publications as they should be; see {@link Publications}.
   *
   * @param joining whether tables join that {@code patterns} name
   */
  public boolean tend(String publication, TablePatterns patterns, boolean joining)
      throws InterruptedException {
    return call(
        "alter the publication " + publication,
        c -> OwnPublications.tend(c, publication, patterns, joining));
  }

  /** The partitions that hold rows of the published partitioned tables, by object identifier. */
  public Map<TableId, Map<Long, TableId>> partitions(String publication)
      throws InterruptedException {
    return call("read the partitions", c -> PublishedTables.partitions(c, publication));
  }

  /** Pages of every published table, partitions included, by the planner's statistics. */
  public Map<TableId, Long> pages(String publication) throws InterruptedException {
    return call("read the sizes of tables", c -> PublishedTables.pages(c, publication));
  }

  /** The table as it is replicated, empty if it is not published. */
  public Optional<PublishedTable> describe(ReplicationSettings replication, TableId table)
      throws InterruptedException {
    return Optional.ofNullable(describe(replication, List.of(table)).get(table));
  }

  /** The tables as they are replicated, without those that are not published. */
  public Map<TableId, PublishedTable> describe(
      ReplicationSettings replication, List<TableId> tables) throws InterruptedException {
    return call("describe tables", c -> PublishedTables.describe(c, replication, tables));
  }

  /** What every published table looks like now. */
  public PublishedShapes shapes(ReplicationSettings replication) throws InterruptedException {
    return call("read the shapes of tables", c -> TableShapes.read(c, replication));
  }

  /** Whether the database has a table of that name, published or not. */
  public boolean isTable(TableId table) throws InterruptedException {
    return call(
        "look for a table",
        c -> {
          try (PreparedStatement statement = c.prepareStatement(IS_TABLE)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            try (ResultSet row = statement.executeQuery()) {
              return row.next();
            }
          }
        });
  }

  /** The tables that hold the rows of {@code relationId}, by object identifier. */
  public List<PhysicalTable> leaves(int relationId) throws InterruptedException {
    return call(
        "describe the partitions of a table",
        c -> {
          List<PhysicalTable> leaves = new ArrayList<>();
          try (PreparedStatement statement = c.prepareStatement(LEAVES)) {
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
        });
  }

  /** The first transaction identifier that is not assigned yet. */
  public long nextTransaction() throws InterruptedException {
    return number("pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text");
  }

  /** Every transaction with a lower identifier has ended, and what it committed is visible. */
  public long oldestTransaction() throws InterruptedException {
    return number("pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text");
  }

  /**
   * Waits until everything that was visible before survives a crash of the server, and makes it so
   * where nobody else does.
   *
   * @return a position behind it, unsigned
   */
  public long awaitDurable() throws InterruptedException {
    return call("make the WAL durable", DurableWal::await);
  }

  /**
   * What a server is to a reader of rows.
   *
   * @param standby whether it replays the WAL of another
   * @param systemIdentifier what a primary and its standbys share, and no other server has
   * @param replayed how far it has replayed, 0 if it is no standby
   */
  public record Role(boolean standby, String systemIdentifier, long replayed) {}

  /** Decides which servers rows may be read from. Thread-safe. */
  @FunctionalInterface
  public interface Admission {
    /**
     * Called for every new session, before anything is read, and at the end of every chunk.
     *
     * @throws WalbeamException if nothing may be read there
     */
    void check(Role role);
  }

  /** What the server is. */
  public Role role() throws InterruptedException {
    return call("ask for the server's role", DumpConnection::role);
  }

  private static Role role(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ROLE)) {
      row.next();
      return new Role(row.getBoolean(1), row.getString(2), Lsn.parse(row.getString(3)).value());
    }
  }

  /**
   * Reads a value as its column's type and returns how PostgreSQL writes it.
   *
   * @throws WalbeamException if it is no value of the type
   */
  public String canonical(String columnType, String value) throws InterruptedException {
    return call(
        "read a key bound",
        c -> {
          try (PreparedStatement statement =
              c.prepareStatement(
                  "SELECT (CAST(CAST(? AS pg_catalog.text) AS "
                      + columnType
                      + "))::pg_catalog.text")) {
            statement.setString(1, value);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getString(1);
            }
          }
        });
  }

  /**
   * The key that {@code rows} rows further on begins the next chunk; empty if fewer are left. Reads
   * the index only.
   */
  public List<String> keyAfter(
      PublishedTable table, PhysicalTable leaf, TableRange.Keys range, long rows)
      throws InterruptedException {
    String keys = CopySql.keyList(table);
    String sql =
        "SELECT "
            + CopySql.keyTexts(table)
            + " FROM ONLY "
            + leaf.table().quoted()
            + CopySql.where(table, range, "")
            + " ORDER BY "
            + keys
            + " OFFSET "
            + rows
            + " LIMIT 1";
    return call(
        "plan a chunk",
        c -> {
          List<String> key = new ArrayList<>();
          try (Statement statement = c.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            if (row.next()) {
              for (int i = 1; i <= table.primaryKey().size(); i++) {
                key.add(row.getString(i));
              }
            }
          }
          return key;
        });
  }

  /**
   * What a COPY brought.
   *
   * @param fileNode of the leaf while it was read; pages of another one hold other rows
   * @param altered whether nothing was read, because the table is not as it was described
   */
  public record Copied(long bytes, long fileNode, boolean altered) {}

  /**
   * Reads the rows of a range with COPY, in a transaction of its own.
   *
   * @param withAddress whether each row's physical address is wanted
   * @throws WalbeamException if it cannot be read; rows may have been handed over
   */
  public Copied copy(
      PublishedTable table,
      PhysicalTable leaf,
      TableRange range,
      boolean withAddress,
      CopiedRow rows)
      throws InterruptedException {
    String sql = CopySql.copy(table, leaf, range, withAddress);
    int columns = table.relation().columns().size();
    return call(
        "read table " + table.relation().table(),
        c -> {
          c.setAutoCommit(false);
          try (Statement statement = c.createStatement()) {
            statement.execute("SET TRANSACTION READ ONLY");
          }
          try (Statement statement = c.createStatement()) {
            // What is looked at next holds until the commit.
            statement.execute("LOCK TABLE ONLY " + leaf.table().quoted() + " IN ACCESS SHARE MODE");
          }
          if (!PublishedTables.isAsDescribed(c, table)) {
            c.rollback();
            c.setAutoCommit(true);
            return new Copied(0, 0, true);
          }
          long bytes = copyRows(c, sql, columns, withAddress, rows);
          // COPY's lock keeps the table from being rewritten until the commit.
          long fileNode = Long.parseLong(text(c, FILE_NODE + leaf.oid()));
          // A session survives the promotion of its standby.
          admit(c);
          c.commit();
          c.setAutoCommit(true);
          return new Copied(bytes, fileNode, false);
        });
  }

  private static long copyRows(
      Connection connection, String sql, int columns, boolean withAddress, CopiedRow rows)
      throws SQLException, InterruptedException {
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    Tuple tuple = new Tuple();
    long bytes = 0;
    for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      bytes += line.length;
      CopyText.parse(line, tuple);
      long address = 0;
      if (withAddress) {
        address = CopySql.address(tuple.text(columns));
        tuple.removeLast();
      }
      rows.take(tuple, line, address);
    }
    return bytes;
  }

  /** Writes a transactional logical message; it is durable when this returns. */
  public void emit(String prefix, String content) throws InterruptedException {
    call(
        "emit a logical message",
        c -> {
          LogicalMessages.emit(c, prefix, content);
          return 0;
        });
  }

  /** Gives the connection up if it was not used for so long; the next call opens another. */
  public void closeIdle(Duration idle) {
    lazy.closeIdle(idle);
  }

  /** Whether it was closed for good. */
  public boolean isClosed() {
    return lazy.isClosed();
  }

  /** Gives the connection up, also under a call in another thread. Final. */
  @Override
  public void close() {
    lazy.close();
  }

  private long number(String function) throws InterruptedException {
    return call(
        "read the running transactions",
        c -> Long.parseLong(text(c, "SELECT pg_catalog." + function)));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private <T> T call(String what, Call<T> call) throws InterruptedException {
    try {
      return lazy.call(call::run);
    } catch (SQLException e) {
      throw PostgresErrors.dumping(what, connections.settings(), e);
    }
  }

  private Connection open(String applicationName) throws SQLException {
    Connection open = connections.openReading(applicationName);
    boolean ready = false;
    try (Statement statement = open.createStatement()) {
      statement.execute(SESSION);
      admit(open);
      ready = true;
    } finally {
      if (!ready) {
        Connections.abort(open);
      }
    }
    return open;
  }

  private void admit(Connection open) throws SQLException {
    if (admission != null) {
      admission.check(role(open));
    }
  }
}
