package io.walbeam.sink;

import java.util.Optional;

/** The recorded position of each slot: {@code _walbeam_state}. Thread-safe. */
public interface StateStore {
  /** Name of its table. */
  String name();

  /**
   * The highest state recorded for the slot, by (epoch, confirmedLsn). Creates the table if
   * missing.
   */
  Optional<SlotState> read(String slot) throws InterruptedException;

  /** Returns when {@code state} is durable. A lower one than recorded changes nothing. */
  void write(SlotState state) throws InterruptedException;

  /** Returns when a write that changes nothing was taken: the destination can be written to. */
  void touch() throws InterruptedException;
}
