package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Drops what a run leaves at the source: never a slot that somebody reads, never a publication that
 * walbeam did not make, never a publication that a slot still needs. Asking twice is harmless.
 */
public final class Removal {
  private static final String APPLICATION = "walbeam-remove";

  private static final String DROP_SLOT = "SELECT pg_catalog.pg_drop_replication_slot(?)";

  private Removal() {}

  /**
   * Refuses anything while somebody reads the slot.
   *
   * @throws WalbeamException of kind OPERATOR then
   */
  public static void requireIdle(ReplicationSettings replication) {
    call(
        replication,
        connection -> {
          requireIdle(connection, replication.slot());
          return List.of();
        });
  }

  /**
   * Drops what is asked for and returns what was done, one sentence each.
   *
   * @param publications only if the slot goes too, or is gone already
   * @throws WalbeamException of kind OPERATOR if something is in the way; nothing is dropped then
   */
  public static List<String> drop(
      ReplicationSettings replication, boolean slot, boolean publications) {
    return call(replication, connection -> drop(connection, replication, slot, publications));
  }

  private interface Work {
    List<String> run(Connection connection) throws SQLException;
  }

  private static List<String> call(ReplicationSettings replication, Work work) {
    try (Connection connection =
        new PostgresConnections(replication.postgres()).open(APPLICATION)) {
      return work.run(connection);
    } catch (SQLException e) {
      throw PostgresErrors.using("remove what is left", replication.postgres(), e);
    }
  }

  private static void requireIdle(Connection connection, String slot) throws SQLException {
    Optional<SlotOwner> owner = Slots.owner(connection, slot);
    if (owner.isPresent()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The slot "
              + slot
              + " is read by "
              + owner.get().applicationName()
              + ", so nothing is removed.",
          "End that run first.");
    }
  }

  private static List<String> drop(
      Connection connection, ReplicationSettings replication, boolean slot, boolean publications)
      throws SQLException {
    String name = replication.slot();
    requireIdle(connection, name);
    Optional<SlotStatus> found = Slots.read(connection, name);
    if (found.isPresent() && !slot && publications) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The slot " + name + " needs its publications, so nothing is removed.",
          "Ask for both: --drop=slot,publications.");
    }
    if (slot
        && found.isPresent()
        && !found.get().database().equals(replication.postgres().database())) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The slot " + name + " belongs to database " + found.get().database() + ".",
          "Correct --slot, or the database in --postgresUrl.");
    }
    List<String> done = new ArrayList<>();
    if (slot) {
      done.add(found.isPresent() ? dropSlot(connection, name) : "There is no slot " + name + ".");
    }
    if (publications) {
      for (String publication :
          List.of(replication.publication(), Publications.inserts(replication.publication()))) {
        done.add(dropPublication(connection, publication));
      }
    }
    return done;
  }

  private static String dropSlot(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DROP_SLOT)) {
      statement.setString(1, name);
      statement.executeQuery().close();
      return "Dropped the slot " + name + ".";
    }
  }

  private static String dropPublication(Connection connection, String name) throws SQLException {
    if (!Publications.exists(connection, name)) {
      return "There is no publication " + name + ".";
    }
    if (!Publications.isOurs(connection, name)) {
      return "Left the publication " + name + " alone: walbeam did not make it.";
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP PUBLICATION " + TableId.quote(name));
      return "Dropped the publication " + name + ".";
    }
  }
}
