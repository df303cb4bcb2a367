package io.walbeam.job;

import io.walbeam.change.Lsn;
import io.walbeam.change.TablePatterns;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.SideConnection;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.Sink;
import io.walbeam.sink.SlotState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

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
    String slot = settings.replication().slot();
    try (Sink sink = settings.destination().open();
        SideConnection side =
            new SideConnection(
                new PostgresConnections(settings.replication().postgres()), "walbeam-launcher")) {
      verify(
          slot,
          settings.tables(),
          sink.stateStore().read(slot),
          sink.dumpLedger().read(slot),
          () -> side.sample(slot).confirmedFlushLsn());
    }
  }

  /**
   * The same of what was found.
   *
   * @param recorded what the destination says, empty if nothing was ever confirmed
   * @param confirmed asks for the position that the slot was told
   */
  static void verify(
      String slot,
      TablePatterns tables,
      Optional<SlotState> recorded,
      List<DumpEntry> ledger,
      LongSupplier confirmed) {
    if (recorded.isPresent()) {
      verifyConfirmed(slot, recorded.get().confirmedLsn(), confirmed.getAsLong());
    }
    Map<String, String> letGo = new TreeMap<>();
    long changes = 0;
    for (DumpEntry entry : ledger) {
      if (entry.isLetGo() && tables.matches(entry.table())) {
        letGo.put(entry.table().toString(), entry.error());
        changes += entry.missingChanges();
      }
    }
    new MissingChanges(letGo, changes).throwIfAny(slot);
  }

  private static void verifyConfirmed(String slot, long recorded, long confirmed) {
    if (Long.compareUnsigned(confirmed, recorded) < 0) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "Everything up to "
              + Lsn.format(recorded)
              + " is written, but slot "
              + slot
              + " was told only up to "
              + Lsn.format(confirmed)
              + ".",
          "Start again; what the slot was not told comes again and changes nothing.");
    }
  }
}
