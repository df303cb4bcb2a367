package io.walbeam.source;

import io.walbeam.batch.ReaderIdentity;
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
   * @param reader who reads it, from which server, in which epoch
   * @param lsn where it begins, unsigned
   */
  default void begin(String slot, ReaderIdentity reader, long lsn) {}
}
