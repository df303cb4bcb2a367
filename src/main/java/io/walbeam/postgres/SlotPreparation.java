package io.walbeam.postgres;

import io.walbeam.failure.FailPoint;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that publication and slot are there, the publication first: a slot decodes old changes
 * with the catalogue of their time, in which a later publication does not exist.
 */
public final class SlotPreparation {
  private static final Logger log = LoggerFactory.getLogger(SlotPreparation.class);

  /** The server's own settings and the role's privileges, in one round trip. */
  private static final String CHECK =
      "SELECT pg_catalog.current_setting('wal_level'),"
          + " (SELECT r.rolreplication OR r.rolsuper FROM pg_catalog.pg_roles r"
          + " WHERE r.rolname = current_user),"
          + " EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = 'rds_replication'"
          + " AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))";

  private static final String PLUGIN = "pgoutput";

  private final ReplicationSettings replication;
  private final PostgresSettings settings;
  private final String slot;
  private final String publication;
  private final List<String> tables;

  /**
   * @param tables patterns of what a publication that must be created shall hold, empty for all
   */
  public SlotPreparation(ReplicationSettings replication, List<String> tables) {
    this.replication = replication;
    this.settings = replication.postgres();
    this.slot = replication.slot();
    this.publication = replication.publication();
    this.tables = List.copyOf(tables);
  }

  /**
   * Creates what is missing and returns the slot; empty if it is missing and may not be created.
   *
   * @param mayCreateSlot false if the reader has a position already, so that a new slot would hide
   *     a gap
   * @throws WalbeamException if something is in the way
   */
  public Optional<SlotStatus> prepare(Connection connection, boolean mayCreateSlot) {
    String step = "read the replication slots";
    try {
      checkServer(connection);
      Optional<SlotStatus> existing = Slots.read(connection, slot);
      if (existing.isPresent()) {
        checkSlot(existing.get());
      } else if (!mayCreateSlot) {
        return existing;
      }
      if (existing.isPresent()) {
        if (Publications.readable(connection, publication, slot).isEmpty()) {
          throw publicationMissing();
        }
      } else if (!Publications.exists(connection, publication)) {
        step = "create the publication " + publication;
        OwnPublications.create(connection, replication, tables);
        log.info("Created the publications {}.", Publications.inUse(connection, publication));
      }
      step = "read the publication " + publication;
      PublicationChecks.warnOfHarm(connection, publication);
      PublicationChecks.checkColumnLists(connection, publication);
      StartChecks.requireMatch(connection, publication, tables);
      StartChecks.missingPrivileges(connection, publication, tables, settings.user())
          .ifPresent(log::warn);
      if (existing.isPresent()) {
        return existing;
      }
      step = "create the replication slot " + slot;
      log.info("Creating the replication slot {}; this waits for running transactions.", slot);
      int timeout = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, 0);
      Slots.create(connection, slot);
      FailPoint.SLOT_CREATED.reached();
      connection.setNetworkTimeout(Runnable::run, timeout);
      return Slots.read(connection, slot);
    } catch (SQLException e) {
      throw PostgresErrors.using(step, settings, e);
    }
  }

  private void checkServer(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(CHECK)) {
      row.next();
      if (!"logical".equals(row.getString(1))) {
        throw PostgresErrors.walLevel(null);
      }
      if (!row.getBoolean(2) && !row.getBoolean(3)) {
        throw PostgresErrors.missingReplication(settings.user(), null);
      }
    }
  }

  private void checkSlot(SlotStatus found) {
    if (!found.plugin().equals(PLUGIN)) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          found.plugin().isEmpty()
              ? "The slot " + slot + " is a physical replication slot."
              : "The slot " + slot + " uses the plugin " + found.plugin() + ", not pgoutput.",
          "Choose another name with --slot; the slot found is left alone.");
    }
    if (!found.database().equals(settings.database())) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The slot "
              + slot
              + " belongs to database "
              + found.database()
              + ", not "
              + settings.database()
              + ".",
          "Choose another name with --slot, or correct the database in --postgresUrl.");
    }
  }

  private WalbeamException publicationMissing() {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "The slot "
            + slot
            + " exists, but the publication "
            + publication
            + " does not; changes before its creation could never be decoded.",
        "Correct --publication; or drop the slot with pg_drop_replication_slot('"
            + slot
            + "'), so that both are created in the right order.");
  }
}
