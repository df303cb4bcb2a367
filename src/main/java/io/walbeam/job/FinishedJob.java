package io.walbeam.job;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.SideConnection;
import io.walbeam.source.RecordedState;
import java.util.Optional;

/** What the launcher checks when a job on workers has come to its end. */
public final class FinishedJob {
  private FinishedJob() {}

  /**
   * The slot must stand where the destination says that everything is complete.
   *
   * @throws WalbeamException if it does not; nothing is lost then
   */
  public static void verifyConfirmed(JobSettings settings) {
    Optional<RecordedState> recorded =
        new StateReader(settings.destination()).read(settings.replication().slot());
    if (recorded.isEmpty()) {
      return;
    }
    try (SideConnection side =
        new SideConnection(
            new PostgresConnections(settings.replication().postgres()), "walbeam-launcher")) {
      long confirmed = side.sample(settings.replication().slot()).confirmedFlushLsn();
      if (Long.compareUnsigned(confirmed, recorded.get().confirmedLsn()) < 0) {
        throw new WalbeamException(
            FailureKind.TRANSIENT,
            "Everything up to "
                + Lsn.format(recorded.get().confirmedLsn())
                + " is written, but slot "
                + settings.replication().slot()
                + " was told only up to "
                + Lsn.format(confirmed)
                + ".",
            "Start again; what the slot was not told comes again and changes nothing.");
      }
    }
  }
}
