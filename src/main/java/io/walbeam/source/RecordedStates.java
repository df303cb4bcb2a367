package io.walbeam.source;

import java.io.Serializable;
import java.util.Optional;

/**
 * The recorded position of a slot at the destination. Calls may block; they come off the runner.
 */
@FunctionalInterface
public interface RecordedStates extends Serializable {
  /** The recorded position of {@code slot}, empty if nothing was ever recorded. */
  Optional<RecordedState> read(String slot);

  /**
   * Records where an epoch begins, before anything of it is written: rows without a record of the
   * server that they came from could not be told from those of another timeline. Returns when it is
   * durable.
   *
   * @param incarnation job start and reader start of the writer, for diagnosis
   */
  default void begin(String slot, RecordedState state, String incarnation) {}
}
