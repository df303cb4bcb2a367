package io.walbeam.postgres;

import io.walbeam.change.Tuple;

/** Takes the rows of a chunk. */
@FunctionalInterface
public interface CopiedRow {
  /**
   * Takes one row.
   *
   * @param row valid until the next call
   * @param line the row as COPY sent it, for {@link CopyText#parse}; it stays as it is
   * @param address page shifted by 16 bits, plus the line in it; 0 if it was not asked for
   */
  void take(Tuple row, byte[] line, long address) throws InterruptedException;
}
