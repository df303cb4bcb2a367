package io.walbeam.dump;

import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies a truncation that another worker noted in the ledger. */
final class LedgerTruncation implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(LedgerTruncation.class);

  /** Before a truncation is tried again, milliseconds: each try says what is wrong. */
  private static final long RETRY_PAUSE = 5_000;

  private final DumpContext context;
  private final DumpQueue queue;
  private final AtomicLong version;
  private final DumpEntry entry;

  /**
   * @param queue that the entry was taken from
   * @param version of the ledger's rows, ascending
   */
  LedgerTruncation(DumpContext context, DumpQueue queue, AtomicLong version, DumpEntry entry) {
    this.context = context;
    this.queue = queue;
    this.version = version;
    this.entry = entry;
  }

  /** Applies it and notes that, or gives it back to the queue after a while. */
  @Override
  public void run() {
    try {
      try {
        DumpEntry over = apply();
        context.ledger().write(List.of(over), version.incrementAndGet());
        queue.truncated(over);
      } catch (WalbeamException e) {
        log.warn("The truncation of table {} is tried again. {}", entry.table(), e.describe());
        Thread.sleep(RETRY_PAUSE);
        queue.truncated(entry);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The ledger has the truncation for the next start.
      Truncations.park(context.stalls(), entry.table(), e);
    }
  }

  private DumpEntry apply() throws InterruptedException {
    try (DumpConnection connection = context.openPrimary()) {
      Optional<DumpRoute> route =
          new ChunkAttempts(context, entry.table(), () -> false)
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
