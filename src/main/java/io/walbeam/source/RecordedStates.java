package io.walbeam.source;

import java.io.Serializable;
import java.util.Optional;

/** Reads the recorded position of a slot from the destination. May block; called off the runner. */
@FunctionalInterface
public interface RecordedStates extends Serializable {
  /** The recorded position of {@code slot}, empty if nothing was ever recorded. */
  Optional<RecordedState> read(String slot);
}
