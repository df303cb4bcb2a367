package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
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

  private static final String ROLE =
      "SELECT pg_catalog.pg_is_in_recovery(), system_identifier::pg_catalog.text,"
          + " coalesce(pg_catalog.pg_last_wal_replay_lsn()::pg_catalog.text, '0/0')"
          + " FROM pg_catalog.pg_control_system()";

  private static final String CLOCK =
      "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint";

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

  /** The server's clock, microseconds since the Unix epoch. */
  public long clockMicros() throws InterruptedException {
    return call("ask for the server's time", c -> Long.parseLong(TableCopy.text(c, CLOCK)));
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
    return call("look for a table", c -> PhysicalTables.exists(c, table));
  }

  /** The tables that hold the rows of {@code relationId}, by object identifier. */
  public List<PhysicalTable> leaves(int relationId) throws InterruptedException {
    return call("describe the partitions of a table", c -> PhysicalTables.leaves(c, relationId));
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
    return call(
        "read table " + table.relation().table(),
        c -> new TableCopy(c, table, leaf, () -> admit(c)).read(range, withAddress, rows));
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
        c -> Long.parseLong(TableCopy.text(c, "SELECT pg_catalog." + function)));
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
