package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;

/**
 * The standby that a dump reads from. It must have replayed what the dump is to see in every
 * session: the next one may lead to another standby behind the same address, or to one that
 * restarted and is behind where it was. Thread-safe.
 */
final class Standby implements DumpConnection.Admission {
  private final TableId table;
  private final String systemIdentifier;
  private final long ready;

  /**
   * @param systemIdentifier of the primary
   * @param ready the WAL position behind everything that the dump is to see
   */
  Standby(TableId table, String systemIdentifier, long ready) {
    this.table = table;
    this.systemIdentifier = systemIdentifier;
    this.ready = ready;
  }

  /** Whether it has replayed enough. */
  boolean isReady(DumpConnection.Role role) {
    if (!role.standby() || !role.systemIdentifier().equals(systemIdentifier)) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The server of --snapshotUrl is no standby of the server of --postgresUrl, so table "
              + table
              + " is not read there.",
          "Correct --snapshotUrl, or leave it out.");
    }
    return Long.compareUnsigned(role.replayed(), ready) >= 0;
  }

  @Override
  public void check(DumpConnection.Role role) {
    if (!isReady(role)) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The standby of --snapshotUrl is behind the request.",
          "It is asked again.");
    }
  }
}
