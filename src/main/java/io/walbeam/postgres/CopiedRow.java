package io.walbeam.postgres;

import io.walbeam.change.Tuple;

/** Takes the rows of a chunk. */
@FunctionalInterface
public interface CopiedRow {
  /**
   * Takes one row.
   *
   * @param row valid until the next call; its bytes belong to the row and stay as they are
   * @param address page shifted by 16 bits, plus the line in it; 0 if it was not asked for
   */
  void take(Tuple row, long address) throws InterruptedException;
}
