package io.walbeam.postgres;

import io.walbeam.change.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and creates replication slots over an ordinary connection. Never drops one. */
public final class Slots {
  /**
   * The {@code to_jsonb} detour reads columns that older servers do not have as NULL. PostgreSQL 16
   * says "conflicting" of every invalidated slot, also on a primary, where there is no recovery to
   * conflict with (PostgreSQL source, slotfuncs.c).
   */
  private static final String READ =
      "SELECT s.slot_name, s.plugin, s.database, s.confirmed_flush_lsn::text, s.restart_lsn::text,"
          + " s.wal_status, coalesce(to_jsonb(s) ->> 'invalidation_reason',"
          + " CASE WHEN to_jsonb(s) ->> 'conflicting' = 'true' AND pg_catalog.pg_is_in_recovery()"
          + " THEN 'conflict with recovery' END),"
          + " s.active_pid"
          + " FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ?";

  private static final String OWNER =
      "SELECT s.active_pid, a.application_name FROM pg_catalog.pg_replication_slots s"
          + " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = s.active_pid"
          + " WHERE s.slot_name = ? AND s.active_pid IS NOT NULL";

  /** Ends the process only if it still holds the slot: its number may have been used again. */
  private static final String TERMINATE =
      "SELECT pg_catalog.pg_terminate_backend(s.active_pid)"
          + " FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ? AND s.active_pid = ?";

  /**
   * {@code server_version_num} of the first server whose standbys keep slots (documentation,
   * release notes of 17).
   */
  private static final int FIRST_WITH_FAILOVER = 170_000;

  /** From PostgreSQL 10 on a major version is so many of {@code server_version_num}. */
  private static final int MAJOR = 10_000;

  private Slots() {}

  /** Whether a server of that {@code server_version_num} has slots that its standbys keep. */
  public static boolean keepsOverFailover(int version) {
    return version >= FIRST_WITH_FAILOVER;
  }

  /** The slot of that name, whatever its plugin and database. */
  public static Optional<SlotStatus> read(Connection connection, String slot) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            new SlotStatus(
                text(row, 1),
                text(row, 2),
                text(row, 3),
                lsn(row.getString(4)),
                lsn(row.getString(5)),
                text(row, 6),
                text(row, 7),
                row.getInt(8)));
      }
    }
  }

  /**
   * Creates a logical slot for pgoutput, one that a standby may keep where the server knows such.
   * Waits until every transaction that runs now has ended.
   */
  public static void create(Connection connection, String slot) throws SQLException {
    boolean failover =
        keepsOverFailover(connection.getMetaData().getDatabaseMajorVersion() * MAJOR);
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_catalog.pg_create_logical_replication_slot(?, 'pgoutput'"
                + (failover ? ", failover => NOT pg_catalog.pg_is_in_recovery())" : ")"))) {
      statement.setString(1, slot);
      statement.executeQuery().close();
    }
  }

  /** Who uses the slot now, empty if nobody does. */
  public static Optional<SlotOwner> owner(Connection connection, String slot) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OWNER)) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new SlotOwner(row.getInt(1), text(row, 2)))
            : Optional.empty();
      }
    }
  }

  /** Ends the server process {@code pid} if it is the one that uses the slot. */
  public static void terminate(Connection connection, String slot, int pid) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TERMINATE)) {
      statement.setString(1, slot);
      statement.setInt(2, pid);
      statement.executeQuery().close();
    }
  }

  /** The raw value of an LSN's text, 0 for NULL. */
  static long lsn(@Nullable String text) {
    return text == null ? 0 : Lsn.parse(text).value();
  }

  private static String text(ResultSet row, int column) throws SQLException {
    @Nullable String value = row.getString(column);
    return value == null ? "" : value;
  }
}
