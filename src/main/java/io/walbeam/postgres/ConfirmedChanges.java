package io.walbeam.postgres;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether what was committed has been confirmed by the run that reads the slot, or would be by the
 * next one without a change. Used by one thread.
 */
public final class ConfirmedChanges implements AutoCloseable {
  /** Messages that are looked at: enough for the empty transactions that older servers send. */
  private static final int MOST_MESSAGES = 10_000;

  /**
   * What waits in a slot that nobody reads, besides beginnings and ends of transactions (PostgreSQL
   * documentation, "Logical Replication Message Formats": B and C).
   */
  private static final String WAITING =
      """
      SELECT count(*) >= %1$d OR coalesce(
        bool_or(pg_catalog.get_byte(c.data, 0) NOT IN (66, 67)), false)
      FROM pg_catalog.pg_logical_slot_peek_binary_changes(?, NULL, %1$d,
        'proto_version', '1', 'publication_names', ?) c
      """
          .formatted(MOST_MESSAGES);

  private final ReplicationSettings replication;
  private final Connection connection;

  /**
   * @throws WalbeamException if the server cannot be reached
   */
  public ConfirmedChanges(ReplicationSettings replication, String applicationName) {
    this.replication = replication;
    this.connection = new PostgresConnections(replication.postgres()).open(applicationName);
  }

  /**
   * Whether every change of a published table that was committed before {@code position} is where
   * it shall be.
   *
   * @throws WalbeamException if there is no slot, or it cannot be asked
   */
  public boolean before(long position) {
    try {
      Optional<SlotStatus> slot = Slots.read(connection, replication.slot());
      if (slot.isEmpty()) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "There is no replication slot " + replication.slot() + ".",
            "Start the run first, or correct --slot.");
      }
      if (Long.compareUnsigned(slot.get().confirmedFlushLsn(), position) >= 0) {
        return true;
      }
      return slot.get().activePid() == 0 && !isWaiting();
    } catch (SQLException e) {
      throw PostgresErrors.using(
          "look at the slot " + replication.slot(), replication.postgres(), e);
    }
  }

  private boolean isWaiting() throws SQLException {
    String publications =
        Publications.inUse(connection, replication.publication()).stream()
            .map(TableId::quote)
            .collect(Collectors.joining(","));
    try (PreparedStatement statement = connection.prepareStatement(WAITING)) {
      statement.setString(1, replication.slot());
      statement.setString(2, publications);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  @Override
  public void close() {
    Connections.abort(connection);
  }
}
