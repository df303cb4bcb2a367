package io.walbeam.verify;

import io.walbeam.failure.Pauses;
import io.walbeam.postgres.ConfirmedChanges;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.OutdatedRows;
import java.time.Duration;

/** Waits until what the source has shown shows in the destination. Used by one thread. */
final class Arrival {
  /** A run confirms within a second where nothing is behind. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ConfirmedChanges confirmed;
  private final OutdatedRows destination;
  private final Pauses pauses;
  private final Duration patience;

  /**
   * @param patience how long one wait lasts at most
   */
  Arrival(ConfirmedChanges confirmed, OutdatedRows destination, Pauses pauses, Duration patience) {
    this.confirmed = confirmed;
    this.destination = destination;
    this.pauses = pauses;
    this.patience = patience;
  }

  /**
   * Waits for everything before {@code position}.
   *
   * @return false if it did not come in time
   */
  boolean await(long position, DestinationTable table) throws InterruptedException {
    long deadline = pauses.nanoTime() + patience.toNanos();
    while (!confirmed.before(position)) {
      if (!pause(deadline)) {
        return false;
      }
    }
    long written = destination.nowMicros();
    while (!destination.showsChangesUntil(table, written)) {
      if (!pause(deadline)) {
        return false;
      }
    }
    return true;
  }

  private boolean pause(long deadline) throws InterruptedException {
    return pauses.nanoTime() < deadline && pauses.pause(PAUSE);
  }
}
