package io.walbeam.verify;

import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.RowBuckets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares one table: first the buckets of all rows, then the rows of the buckets that differ, then
 * again and again the few whose fingerprints one side has alone. Used by one thread, once.
 */
final class TableComparer {
  /** So few rows in a bucket that one that changes brings few others along. */
  private static final long ROWS_PER_BUCKET = 4;

  private static final int FEWEST_BUCKETS = 1 << 10;

  /** 12 MB on either side. */
  private static final int MOST_BUCKETS = 1 << 20;

  /** Rows of buckets that differ, kept with their keys: some ten megabytes. */
  private static final long MOST_ROWS = 100_000;

  /** A row that changes all the time is given up. */
  private static final int MOST_ROUNDS = 20;

  private final SourceImages source;
  private final ReplicaRows replica;
  private final Arrival arrival;
  private final ReadingRate rate;

  TableComparer(SourceImages source, ReplicaRows replica, Arrival arrival, ReadingRate rate) {
    this.source = source;
    this.replica = replica;
    this.arrival = arrival;
    this.rate = rate;
  }

  /**
   * What came of it.
   *
   * @param rows of the source
   * @param undecided keys that nobody can tell of now; if too many rows differ, all of these
   * @param unknown rows that an older version wrote
   */
  record Outcome(long rows, List<Difference> differences, long undecided, long unknown) {}

  Outcome compare(PublishedTable table, TableMapping mapping) throws InterruptedException {
    DestinationTable destination = mapping.destination();
    int size = buckets(table);
    RowBuckets there = new RowBuckets(size);
    long untold = replica.count(destination, there);
    RowBuckets here = new RowBuckets(size);
    source.all(
        table,
        row -> {
          rate.row();
          here.add(mapping.fingerprint(row));
        });
    BitSet differing = here.differing(there);
    if (differing.isEmpty()) {
      return new Outcome(here.rows(), List.of(), 0, untold);
    }
    long suspicious = Math.max(here.rows(differing), there.rows(differing));
    if (suspicious > MOST_ROWS) {
      return new Outcome(here.rows(), List.of(), Math.max(0, suspicious - untold), untold);
    }
    Suspects suspects = suspects(table, mapping, here, differing);
    settle(table, mapping, suspects);
    return new Outcome(
        here.rows(),
        suspects.proven(),
        suspects.open().size(),
        Math.max(untold, suspects.unknown()));
  }

  private static int buckets(PublishedTable table) {
    long wanted = (long) Math.max(0, table.estimatedRows()) / ROWS_PER_BUCKET;
    return (int) Long.highestOneBit(Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, wanted)));
  }

  /** The keys of rows whose fingerprints one side has alone. */
  private Suspects suspects(
      PublishedTable table, TableMapping mapping, RowBuckets buckets, BitSet differing)
      throws InterruptedException {
    Map<Long, List<String>> there = new HashMap<>();
    replica.rows(
        mapping.destination(),
        buckets.size(),
        differing,
        (key, fingerprint) -> there.put(fingerprint, key));
    Suspects suspects = new Suspects();
    source.all(
        table,
        row -> {
          rate.row();
          long fingerprint = mapping.fingerprint(row);
          if (differing.get(buckets.of(fingerprint)) && there.remove(fingerprint) == null) {
            suspects.add(SourceImages.key(mapping, row));
          }
        });
    for (List<String> key : there.values()) {
      suspects.add(source.canonical(table, mapping, key));
    }
    return suspects;
  }

  private void settle(PublishedTable table, TableMapping mapping, Suspects suspects)
      throws InterruptedException {
    for (int round = 0; round < MOST_ROUNDS && !suspects.open().isEmpty(); round++) {
      List<List<String>> keys = suspects.open();
      Map<List<String>, SourceImages.Version> before = source.versions(table, mapping, keys);
      long position = source.position();
      if (!arrival.await(position, mapping.destination())) {
        return;
      }
      List<Optional<ReplicaRows.Image>> there = replica.images(mapping.destination(), keys);
      Map<List<String>, SourceImages.Version> after = source.versions(table, mapping, keys);
      for (int i = 0; i < keys.size(); i++) {
        List<String> key = keys.get(i);
        suspects.judge(
            key,
            Optional.ofNullable(before.get(key)),
            there.get(i),
            Optional.ofNullable(after.get(key)),
            position);
      }
    }
  }
}
