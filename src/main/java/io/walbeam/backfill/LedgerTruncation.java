package io.walbeam.backfill;

import io.walbeam.postgres.DumpConnection;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.util.Optional;

/** Applies a truncation that another worker noted in the ledger. */
final class LedgerTruncation {
  private final DumpContext context;

  LedgerTruncation(DumpContext context) {
    this.context = context;
  }

  /**
   * Returns the entry as it is afterwards.
   *
   * @throws io.walbeam.failure.WalbeamException if it is worth another try
   */
  DumpEntry apply(DumpEntry entry) throws InterruptedException {
    try (DumpConnection connection = context.openPrimary()) {
      Optional<DumpRoute> route =
          new Patience(context, entry.table(), () -> false)
              .of(
                  "describe it",
                  () -> connection.describe(context.settings().publication(), entry.table()))
              .flatMap(context.router()::route);
      TableMapping replica = route.isPresent() ? route.get().replica() : null;
      if (replica == null) {
        return entry.over(
            Status.FAILED,
            context.nowMicros(),
            "The table is not published any more. Delete its rows in BigQuery by hand.");
      }
      context.truncation().apply(TruncationEntry.read(entry), replica);
      return entry.over(Status.FINISHED, context.nowMicros(), "");
    }
  }
}
