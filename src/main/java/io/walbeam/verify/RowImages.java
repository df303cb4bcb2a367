package io.walbeam.verify;

import io.walbeam.change.Tuple;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.RowBuckets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What the rows of one table are told apart by: a number for each row, the same on both sides if
 * the row is. Used by one thread.
 */
interface RowImages {
  /** The number of a row of the source. */
  long of(Tuple row);

  /** Counts the destination's rows, and returns how many have no number. */
  long count(RowBuckets into) throws InterruptedException;

  /** Hands over the destination's rows of some buckets, of so many. */
  void rows(int buckets, BitSet wanted, ReplicaRows.Rows rows) throws InterruptedException;

  /** The destination's rows of these keys. */
  List<Optional<ReplicaRows.Image>> images(List<List<String>> keys) throws InterruptedException;

  /** The same differences, with what can be said of each. */
  List<Difference> explained(List<Difference> differences, SourceRows source)
      throws InterruptedException;

  /** Hands over those rows of the source that have these keys and are there. */
  @FunctionalInterface
  interface SourceRows {
    void read(List<List<String>> keys, SourceImages.Rows rows) throws InterruptedException;
  }
}
