package io.walbeam.progress;

import io.walbeam.sink.SlotState;

/**
 * Publishes receipts without the runner: for rows that became durable after their bundle had ended.
 * Sees every receipt of a run in one process, so that its union is the runner's. Thread-safe.
 */
public final class LocalProgress {
  private final StatePublisher publisher;
  private final String slot;
  private ProgressState progress = ProgressState.INITIAL;

  public LocalProgress(StatePublisher publisher, String slot) {
    this.publisher = publisher;
    this.slot = slot;
  }

  /** Takes a receipt that the runner takes too. */
  public synchronized void note(Receipt receipt) {
    progress = progress.with(receipt);
  }

  /** Takes a receipt and publishes the position that is reached with it. */
  public synchronized void publish(Receipt receipt) {
    note(receipt);
    if (progress.completeLsn() != 0) {
      SlotState state = SlotStates.of(slot, receipt.reader(), progress);
      publisher.submit(state);
    }
  }
}
