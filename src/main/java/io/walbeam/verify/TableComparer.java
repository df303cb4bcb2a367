package io.walbeam.verify;

import io.walbeam.postgres.PublishedTable;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.RowBuckets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

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
  private final Arrival arrival;
  private final ReadingRate rate;
  private final ResumeFile resume;
  private final int sampleSize;

  /**
   * @param resume where it is kept how far the present table was read
   * @param sampleSize rows of a table whose values are compared too
   */
  TableComparer(
      SourceImages source, Arrival arrival, ReadingRate rate, ResumeFile resume, int sampleSize) {
    this.source = source;
    this.arrival = arrival;
    this.rate = rate;
    this.resume = resume;
    this.sampleSize = sampleSize;
  }

  /**
   * What came of it.
   *
   * @param rows of the source
   * @param undecided keys that nobody can tell of now; if too many rows differ, all of these
   * @param unknown rows that an older version wrote
   */
  record Outcome(long rows, List<Difference> differences, long undecided, long unknown) {}

  /**
   * Compares all rows.
   *
   * @param images what rows are told apart by
   * @param values what those of a sample are told apart by as well
   */
  Outcome compare(
      PublishedTable table, TableMapping mapping, RowImages images, Optional<RowImages> values)
      throws InterruptedException {
    SourceImages.Place beginning = source.beginning(table);
    ResumeFile.Reached from =
        resume
            .read(table.relation(), beginning)
            .orElseGet(() -> new ResumeFile.Reached(beginning, new RowBuckets(buckets(table))));
    RowBuckets here = from.buckets();
    RowBuckets there = new RowBuckets(here.size());
    long untold = images.count(there);
    RowSample sample = new RowSample(values.isPresent() ? sampleSize : 0, new Random());
    source.all(
        table,
        from.place(),
        row -> {
          rate.row();
          here.add(images.of(row));
          sample.offer(() -> SourceImages.key(mapping, row));
        },
        place -> resume.write(table.relation(), new ResumeFile.Reached(place, here)));
    BitSet differing = here.differing(there);
    long suspicious = Math.max(here.rows(differing), there.rows(differing));
    Suspects suspects = new Suspects();
    if (suspicious <= MOST_ROWS && !differing.isEmpty()) {
      suspect(table, mapping, images, here, differing, suspects);
      settle(table, mapping, suspects, images);
    }
    Map<List<String>, Difference> found = new LinkedHashMap<>();
    explained(table, mapping, suspects, images).forEach(each -> found.put(each.key(), each));
    Suspects sampled = new Suspects();
    if (values.isPresent()) {
      sample.keys().forEach(sampled::add);
      settle(table, mapping, sampled, values.get());
      // They know the columns, too.
      explained(table, mapping, sampled, values.get()).forEach(each -> found.put(each.key(), each));
    }
    return new Outcome(
        here.rows(),
        List.copyOf(found.values()),
        sampled.open().size()
            + (suspicious > MOST_ROWS ? Math.max(0, suspicious - untold) : suspects.open().size()),
        Math.max(untold, suspects.unknown()));
  }

  private static int buckets(PublishedTable table) {
    long wanted = (long) Math.max(0, table.estimatedRows()) / ROWS_PER_BUCKET;
    return (int) Long.highestOneBit(Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, wanted)));
  }

  /** Suspects the keys of rows whose numbers one side has alone. */
  private void suspect(
      PublishedTable table,
      TableMapping mapping,
      RowImages images,
      RowBuckets buckets,
      BitSet differing,
      Suspects suspects)
      throws InterruptedException {
    Map<Long, List<String>> there = new HashMap<>();
    images.rows(buckets.size(), differing, (key, number) -> there.put(number, key));
    source.all(
        table,
        row -> {
          rate.row();
          long number = images.of(row);
          if (differing.get(buckets.of(number)) && there.remove(number) == null) {
            suspects.add(SourceImages.key(mapping, row));
          }
        });
    for (List<String> key : there.values()) {
      suspects.add(source.canonical(table, mapping, key));
    }
  }

  private void settle(
      PublishedTable table, TableMapping mapping, Suspects suspects, RowImages images)
      throws InterruptedException {
    for (int round = 0; round < MOST_ROUNDS && !suspects.open().isEmpty(); round++) {
      List<List<String>> keys = suspects.open();
      Map<List<String>, SourceImages.Version> before =
          source.versions(table, mapping, keys, images::of);
      long position = source.position();
      if (!arrival.await(position, mapping.destination())) {
        return;
      }
      List<Optional<ReplicaRows.Image>> there = images.images(keys);
      Map<List<String>, SourceImages.Version> after =
          source.versions(table, mapping, keys, images::of);
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

  private List<Difference> explained(
      PublishedTable table, TableMapping mapping, Suspects suspects, RowImages images)
      throws InterruptedException {
    return images.explained(
        suspects.proven(),
        (keys, rows) -> source.of(table, mapping, keys, (row, leaf, address) -> rows.take(row)));
  }
}
