package io.walbeam.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One ordinary connection beside the replication stream, opened when first used and again after it
 * was lost. Thread-safe: one call at a time. Errors come as {@link
 * io.walbeam.failure.WalbeamException}.
 */
public final class SideConnection implements AutoCloseable {
  /** On a standby the WAL ends where it was replayed. */
  private static final String SAMPLE =
      "SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()"
          + " ELSE pg_catalog.pg_current_wal_flush_lsn() END)::text,"
          + " (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint,"
          + " (SELECT s.confirmed_flush_lsn::text FROM pg_catalog.pg_replication_slots s"
          + " WHERE s.slot_name = ?)";

  private static final String HEADROOM =
      "SELECT w.at::text, coalesce(pg_catalog.pg_wal_lsn_diff(w.at, s.restart_lsn), 0)::bigint,"
          + " s.safe_wal_size FROM pg_catalog.pg_replication_slots s CROSS JOIN"
          + " (SELECT CASE WHEN pg_catalog.pg_is_in_recovery()"
          + " THEN pg_catalog.pg_last_wal_replay_lsn()"
          + " ELSE pg_catalog.pg_current_wal_flush_lsn() END AS at) w WHERE s.slot_name = ?";

  private static final String IDENTITY =
      "SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),"
          + " (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()"
          + " ELSE pg_catalog.pg_current_wal_flush_lsn() END)::text,"
          // The first eight digits of a WAL file's name; a standby has no current file.
          + " (CASE WHEN pg_catalog.pg_is_in_recovery() THEN ''"
          + " ELSE pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_flush_lsn()) END)";

  /** Hexadecimal digits of the timeline in a WAL file's name (PostgreSQL source, XLogFileName). */
  private static final int TIMELINE_DIGITS = 8;

  private static final String CLOCK =
      "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint";

  private static final String SENDER_TIMEOUT =
      "SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'wal_sender_timeout'";

  /** {@code set_config} rather than {@code SET}, because only a function takes a bound value. */
  private static final String SHOW = "SELECT pg_catalog.set_config('application_name', ?, false)";

  /** Ordinary connections of the role that asks, to the database that it asks in. */
  private static final String SHOWN =
      "SELECT a.application_name FROM pg_catalog.pg_stat_activity a"
          + " WHERE a.usesysid = (SELECT r.oid FROM pg_catalog.pg_roles r"
          + " WHERE r.rolname = session_user)"
          + " AND a.datname = pg_catalog.current_database()"
          + " AND a.backend_type = 'client backend'"
          + " AND pg_catalog.left(a.application_name, ?) = ?";

  private final PostgresConnections connections;
  private final LazyConnection lazy;

  /**
   * @param applicationName shown in {@code pg_stat_activity}
   */
  public SideConnection(PostgresConnections connections, String applicationName) {
    this.connections = connections;
    this.lazy = new LazyConnection(() -> connections.open(applicationName));
  }

  /** What is known of the server by what became of this connection. Asks nobody. */
  public Shutdown shutdown() {
    return lazy.shutdown();
  }

  @FunctionalInterface
  private interface Call<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Makes sure that publication and slot are there, and returns the slot; empty if it is missing
   * and may not be created.
   */
  public Optional<SlotStatus> prepare(SlotPreparation preparation, boolean mayCreateSlot) {
    return call("prepare the slot", c -> preparation.prepare(c, mayCreateSlot));
  }

  /** The publications that the slot can be read with; one that is missing is left out. */
  public List<String> publications(String publication, String slot) {
    return call("read the publications", c -> Publications.readable(c, publication, slot));
  }

  /** The slot is read with these from now on. */
  public void publicationsRead(List<String> publications) {
    call(
        "note that a publication is read",
        c -> {
          LatePublications.read(c, publications);
          return 0;
        });
  }

  /** Who uses the slot now. */
  public Optional<SlotOwner> owner(String slot) {
    return call("read the replication slots", c -> Slots.owner(c, slot));
  }

  /** Ends the process {@code pid} if it uses the slot. */
  public void terminate(String slot, int pid) {
    call(
        "end the older reader of the slot",
        c -> {
          Slots.terminate(c, slot, pid);
          return pid;
        });
  }

  /** The server's WAL and the slot, now. */
  public ServerSample sample(String slot) {
    return call(
        "read the WAL position",
        c -> {
          try (PreparedStatement statement = c.prepareStatement(SAMPLE)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return new ServerSample(
                  Slots.lsn(row.getString(1)), row.getLong(2), Slots.lsn(row.getString(3)));
            }
          }
        });
  }

  /** What the slot keeps; empty if it is missing. */
  public Optional<SlotHeadroom> headroom(String slot) {
    return call(
        "read the slot's log",
        c -> {
          try (PreparedStatement statement = c.prepareStatement(HEADROOM)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
              if (!row.next()) {
                return Optional.empty();
              }
              long safe = row.getLong(3);
              boolean limited = !row.wasNull();
              return Optional.of(
                  new SlotHeadroom(
                      Slots.lsn(row.getString(1)),
                      row.getLong(2),
                      limited ? Optional.of(safe) : Optional.empty()));
            }
          }
        });
  }

  /** Who the server is and where its WAL ends; the timeline of a standby is 0, for unknown. */
  public ServerIdentity identity() {
    return call(
        "read the system identifier",
        c -> {
          try (Statement statement = c.createStatement();
              ResultSet row = statement.executeQuery(IDENTITY)) {
            row.next();
            String file = row.getString(3);
            int timeline =
                file.isEmpty() ? 0 : Integer.parseUnsignedInt(file, 0, TIMELINE_DIGITS, 16);
            return new ServerIdentity(row.getString(1), timeline, Slots.lsn(row.getString(2)));
          }
        });
  }

  /** The server's clock, epoch milliseconds. */
  public long clockMillis() {
    return call("read the clock", c -> number(c, CLOCK));
  }

  /** The server's {@code wal_sender_timeout} in milliseconds, 0 for none. */
  public long senderTimeoutMillis() {
    return call("read wal_sender_timeout", c -> number(c, SENDER_TIMEOUT));
  }

  /** Shows {@code name} as this connection's application name, at most 63 bytes. */
  public void show(String name) {
    call(
        "show a position",
        c -> {
          try (PreparedStatement statement = c.prepareStatement(SHOW)) {
            statement.setString(1, name);
            statement.executeQuery().close();
            return 0;
          }
        });
  }

  /**
   * Application names that begin with {@code prefix}, of ordinary connections of this role to this
   * database. Nobody else's are returned.
   */
  public List<String> shown(String prefix) {
    return call(
        "read pg_stat_activity",
        c -> {
          try (PreparedStatement statement = c.prepareStatement(SHOWN)) {
            statement.setInt(1, prefix.length());
            statement.setString(2, prefix);
            try (ResultSet row = statement.executeQuery()) {
              List<String> names = new ArrayList<>();
              while (row.next()) {
                names.add(row.getString(1));
              }
              return names;
            }
          }
        });
  }

  /** Writes a transactional logical message; it is durable when this returns. */
  public void emit(String prefix, String content) {
    call(
        "emit a logical message",
        c -> {
          LogicalMessages.emit(c, prefix, content);
          return 0;
        });
  }

  /** Gives the connection up, also under a call in another thread. Final. */
  @Override
  public void close() {
    lazy.close();
  }

  private <T> T call(String what, Call<T> call) {
    try {
      return lazy.call(call::run);
    } catch (SQLException e) {
      throw PostgresErrors.using(what, connections.settings(), e);
    }
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
