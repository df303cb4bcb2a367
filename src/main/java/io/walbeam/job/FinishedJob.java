package io.walbeam.job;

import io.walbeam.change.Lsn;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.SideConnection;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.Sink;
import io.walbeam.source.RecordedState;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the launcher checks when a job on workers has come to its end. */
public final class FinishedJob {
  private FinishedJob() {}

  /**
   * The slot must stand where the destination says that everything is complete, and no table may
   * have been let go.
   *
   * @throws WalbeamException if it is not so; nothing is lost then
   */
  public static void verify(JobSettings settings) throws InterruptedException {
    verifyConfirmed(settings);
    Map<String, String> letGo = new TreeMap<>();
    try (Sink sink = settings.destination().open()) {
      for (DumpEntry entry : sink.dumpLedger().read(settings.replication().slot())) {
        if (entry.isLetGo() && settings.tables().matches(entry.table())) {
          letGo.put(entry.table().toString(), entry.error());
        }
      }
    }
    MissingChanges.throwIfAny(settings.replication().slot(), letGo);
  }

  private static void verifyConfirmed(JobSettings settings) {
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
