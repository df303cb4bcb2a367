package io.walbeam.verify;

import io.walbeam.change.Tuple;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationType;
import io.walbeam.row.ExpectedValues;
import io.walbeam.row.RowRejectedException;
import io.walbeam.row.TableMapping;
import io.walbeam.row.TextHash;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.ReplicaValues;
import io.walbeam.sink.RowBuckets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Rows by the values that both sides have now, each column hashed with its name; the number of a
 * row is their sum. Values leave no trace but these numbers.
 */
final class Values implements RowImages {
  /** Keys whose columns are looked at at once. */
  private static final int KEYS_AT_ONCE = 1_000;

  private final TableMapping mapping;
  private final ReplicaValues replica;
  private final ExpectedValues expected;
  private final List<DestinationColumn> columns;
  private final TextHash[] hashes;

  Values(TableMapping mapping, ReplicaValues replica) {
    this.mapping = mapping;
    this.replica = replica;
    this.expected = new ExpectedValues(mapping);
    this.columns =
        mapping.destination().columns().stream()
            .filter(column -> column.type() != DestinationType.STRUCT)
            .toList();
    this.hashes =
        columns.stream().map(column -> new TextHash(column.name())).toArray(TextHash[]::new);
  }

  @Override
  public long of(Tuple row) {
    try {
      return sum(hashes(expected.of(row)));
    } catch (RowRejectedException e) {
      // A dead letter: whatever the destination has is another image.
      return mapping.fingerprint(row);
    }
  }

  @Override
  public long count(RowBuckets into) throws InterruptedException {
    replica.all(mapping.destination(), row -> into.add(sum(hashes(row.values()))));
    return 0;
  }

  @Override
  public void rows(int buckets, BitSet wanted, ReplicaRows.Rows rows) throws InterruptedException {
    RowBuckets all = new RowBuckets(buckets);
    replica.all(
        mapping.destination(),
        row -> {
          long number = sum(hashes(row.values()));
          if (wanted.get(all.of(number))) {
            rows.take(row.key(), number);
          }
        });
  }

  @Override
  public List<Optional<ReplicaRows.Image>> images(List<List<String>> keys)
      throws InterruptedException {
    Map<List<String>, ReplicaRows.Image> found = new HashMap<>();
    replica.of(
        mapping.destination(),
        keys,
        row ->
            found.put(
                row.key(),
                new ReplicaRows.Image(Optional.of(sum(hashes(row.values()))), row.commitLsn())));
    return keys.stream().map(key -> Optional.ofNullable(found.get(key))).toList();
  }

  /** Names the columns in which changed rows differ now. */
  @Override
  public List<Difference> explained(List<Difference> differences, SourceRows source)
      throws InterruptedException {
    List<Difference> explained = new ArrayList<>();
    for (int from = 0; from < differences.size(); from += KEYS_AT_ONCE) {
      List<Difference> some =
          differences.subList(from, Math.min(differences.size(), from + KEYS_AT_ONCE));
      List<List<String>> keys =
          some.stream()
              .filter(each -> each.kind() == Difference.Kind.CHANGED)
              .map(Difference::key)
              .toList();
      Map<List<String>, long[]> there = new HashMap<>();
      replica.of(mapping.destination(), keys, row -> there.put(row.key(), hashes(row.values())));
      Map<List<String>, List<String>> differing = new HashMap<>();
      source.read(
          keys,
          row -> {
            List<String> key = SourceImages.key(mapping, row);
            long[] values = there.get(key);
            if (values != null) {
              differing.put(key, differing(row, values));
            }
          });
      some.forEach(
          each ->
              explained.add(
                  new Difference(
                      each.kind(), each.key(), differing.getOrDefault(each.key(), List.of()))));
    }
    return explained;
  }

  private List<String> differing(Tuple row, long[] there) {
    long[] here;
    try {
      here = hashes(expected.of(row));
    } catch (RowRejectedException e) {
      return List.of(e.column());
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < here.length; i++) {
      if (here[i] != there[i]) {
        names.add(columns.get(i).name());
      }
    }
    return names;
  }

  private long[] hashes(List<List<String>> values) {
    long[] numbers = new long[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!values.get(i).isEmpty()) {
        numbers[i] = hashes[i].of(text(columns.get(i), values.get(i)));
      }
    }
    return numbers;
  }

  /** One text for a value, or for all elements of an array, each behind its length. */
  private static String text(DestinationColumn column, List<String> values) {
    if (!column.repeated()) {
      return ComparableText.of(column.type(), values.get(0));
    }
    StringBuilder all = new StringBuilder();
    for (String value : values) {
      String text = ComparableText.of(column.type(), value);
      all.append(text.length()).append(':').append(text);
    }
    return all.toString();
  }

  private static long sum(long[] numbers) {
    return LongStream.of(numbers).sum();
  }
}
