package io.walbeam.dump;

import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.DumpConnection.WalEnds;

/**
 * Waits until what a dump has read survives a crash of the server: with {@code
 * synchronous_commit=off} a row can be read that a crash would take back. Thread-safe.
 */
final class DurableWal {
  /** On a busy server somebody commits in this time, which flushes everything. Milliseconds. */
  private static final long COMMIT_PAUSE = 5;

  private final ChunkAttempts patience;
  private final DumpConnection primary;

  DurableWal(ChunkAttempts patience, DumpConnection primary) {
    this.patience = patience;
    this.primary = primary;
  }

  /**
   * Waits until everything that was visible before is durable, and makes it so where nobody else
   * does.
   *
   * @return a position behind it
   */
  long awaitDurable() throws InterruptedException {
    WalEnds ends = ends();
    long written = ends.written();
    if (!ends.isDurable(written)) {
      Thread.sleep(COMMIT_PAUSE);
      if (!ends().isDurable(written)) {
        patience.of(
            "make the WAL durable",
            () -> {
              primary.flushWal();
              return written;
            });
      }
    }
    return written;
  }

  private WalEnds ends() throws InterruptedException {
    return patience.of("read the WAL position", primary::walEnds);
  }
}
