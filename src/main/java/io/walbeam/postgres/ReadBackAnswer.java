package io.walbeam.postgres;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.RowLimit;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import java.util.List;
import java.util.Map;

/** What {@link ReadBack} has found. */
public sealed interface ReadBackAnswer {
  /** A transaction is committed in the WAL but not visible yet: ask again. */
  record InProgress() implements ReadBackAnswer {}

  /** The values can no longer be read by anyone. */
  record Gone(Refusal refusal) implements ReadBackAnswer {}

  /**
   * The rows that are there.
   *
   * @param rows by index into the keys: the values in the order of the columns, ABSENT for one that
   *     is longer than {@link RowLimit#BYTES}
   * @param complete whether a key without a row has none; else the budget ended the answer
   */
  record Found(Map<Integer, List<ColumnValue>> rows, boolean complete) implements ReadBackAnswer {}

  /** Nobody can read the values any more. */
  static Gone gone(ErrorClass errorClass, String message, String remedy) {
    return new Gone(new Refusal(Stage.READ_BACK, errorClass, message, remedy));
  }
}
