package io.walbeam.row;

import io.walbeam.change.TableId;
import io.walbeam.failure.ErrorClass;

/** Told of each value that was not written as it is. Thread-safe; called for every such value. */
@FunctionalInterface
public interface Substitutions {
  /** Tells nobody. */
  Substitutions UNTOLD = (table, column, errorClass, choice) -> {};

  /**
   * A value was written otherwise.
   *
   * @param errorClass why
   */
  void written(TableId table, String column, ErrorClass errorClass, Unrepresentable.Choice choice);
}
