package io.walbeam.local.demo;

import io.walbeam.change.Lsn;
import java.sql.SQLException;
import java.util.Optional;

/** What PostgreSQL says of one replication slot. */
public final class SlotView {
  private final SourceServer server;
  private final String database;
  private final String slot;

  public SlotView(SourceServer server, String database, String slot) {
    this.server = server;
    this.database = database;
    this.slot = slot;
  }

  /** Whether a reader is connected. */
  public boolean active() throws SQLException {
    return column("active::text").equals(Optional.of("true"));
  }

  /** Everything before it was acknowledged; empty if there is no such slot. */
  public Optional<Lsn> confirmed() throws SQLException {
    return column("confirmed_flush_lsn::text").map(Lsn::parse);
  }

  /** Whether everything before {@code position} was acknowledged. */
  public boolean isConfirmedTo(Lsn position) throws SQLException {
    return confirmed().map(lsn -> lsn.compareTo(position) >= 0).orElse(false);
  }

  /** Whether there is such a slot. */
  public boolean exists() throws SQLException {
    return column("slot_name").isPresent();
  }

  /** The end of the log as written so far. */
  public Lsn serverPosition() throws SQLException {
    return Lsn.parse(server.query(database, "SELECT pg_current_wal_lsn()").orElseThrow());
  }

  private Optional<String> column(String expression) throws SQLException {
    return server.query(
        database,
        "SELECT " + expression + " FROM pg_replication_slots WHERE slot_name = '" + slot + "'");
  }
}
