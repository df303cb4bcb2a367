package io.walbeam.sink;

import io.walbeam.change.TableId;
import java.util.List;
import java.util.Optional;

/** Which keys the open dead letters of a table have. Thread-safe. */
@FunctionalInterface
public interface OpenKeys {
  /** Of a destination that cannot be asked. */
  OpenKeys NONE = (table, errorClass, most) -> Optional.empty();

  /**
   * The keys, each once and as the letters have it: a JSON object with the names of the source's
   * columns.
   *
   * @param errorClass the only one meant, empty for all
   * @param most more are not read
   * @return empty if a letter has no key, if there are more than {@code most}, or if it cannot be
   *     told
   */
  Optional<List<String>> of(TableId table, Optional<String> errorClass, int most)
      throws InterruptedException;
}
