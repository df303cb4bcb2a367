package io.walbeam.sink;

import io.walbeam.row.DestinationTable;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** The rows of keyed tables as the destination shows them, by their fingerprints. Thread-safe. */
public interface ReplicaRows {
  /**
   * One row as it is shown.
   *
   * @param fingerprint empty if an older version wrote it
   * @param commitLsn position of the change that it shows, unsigned
   */
  record Image(Optional<Long> fingerprint, long commitLsn) {}

  /** Takes the key of a row, as PostgreSQL would write it, and its fingerprint. */
  @FunctionalInterface
  interface Rows {
    void take(List<String> key, long fingerprint) throws InterruptedException;
  }

  /**
   * Counts every row in the bucket of its fingerprint.
   *
   * @return rows without a fingerprint, which are in none
   */
  long count(DestinationTable table, RowBuckets into) throws InterruptedException;

  /** Hands over the rows of some buckets, of so many as {@code buckets} has. */
  void rows(DestinationTable table, int buckets, BitSet wanted, Rows rows)
      throws InterruptedException;

  /**
   * The rows of these keys; each is empty where there is none.
   *
   * @param keys values of the table's primary key in its order, as PostgreSQL writes them
   */
  List<Optional<Image>> images(DestinationTable table, List<List<String>> keys)
      throws InterruptedException;
}
