package io.walbeam.source;

import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.SideConnection;

/** Looks who reads a slot, for a run that does not. Thread-safe. */
public final class SlotReaders implements AutoCloseable {
  private final SideConnection side;
  private final String slot;

  public SlotReaders(ReplicationSettings replication) {
    slot = replication.slot();
    side =
        new SideConnection(
            new PostgresConnections(replication.postgres()), "walbeam-standby:" + slot);
  }

  /**
   * Whether a run of walbeam reads the slot now.
   *
   * @throws io.walbeam.failure.WalbeamException if PostgreSQL cannot be asked
   */
  public boolean isReadByWalbeam() {
    return side.owner(slot)
        .flatMap(owner -> Incarnation.parse(owner.applicationName()))
        .isPresent();
  }

  @Override
  public void close() {
    side.close();
  }
}
