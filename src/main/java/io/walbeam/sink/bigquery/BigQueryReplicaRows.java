package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.sink.ReplicaRows;
import io.walbeam.sink.RowBuckets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads fingerprints by query: eight bytes of each row, and the keys of few. Thread-safe. */
final class BigQueryReplicaRows implements ReplicaRows {
  private static final String FINGERPRINT = "_walbeam.fingerprint";

  /** Numbers in one list of a query, far below a query's longest text of 1 MB. */
  private static final int BUCKETS_PER_QUERY = 20_000;

  private final BigQueryRest rest;
  private final BigQueryTables tables;

  BigQueryReplicaRows(BigQueryRest rest, BigQueryTables tables) {
    this.rest = rest;
    this.tables = tables;
  }

  @Override
  public long count(DestinationTable wanted, RowBuckets into) throws InterruptedException {
    DestinationTable table = there(wanted);
    if (!isThere(table)) {
      return 0;
    }
    if (!hasFingerprints(table)) {
      List<TableRow> rows = new ArrayList<>();
      rest.query(
          table.name(),
          "SELECT COUNT(*) FROM " + rest.settings().quoted(table.name()),
          Map.of(),
          rows::addAll);
      return WantedKeys.number(rows.get(0).getF().get(0)).orElse(0L);
    }
    long[] without = new long[1];
    rest.query(
        table.name(),
        "SELECT "
            + bucket(into.size())
            + " AS bucket, COUNT(*), BIT_XOR("
            + FINGERPRINT
            + ") FROM "
            + rest.settings().quoted(table.name())
            + " GROUP BY bucket",
        Map.of(),
        rows -> {
          for (TableRow row : rows) {
            Optional<Long> bucket = WantedKeys.number(row.getF().get(0));
            long count = WantedKeys.number(row.getF().get(1)).orElse(0L);
            if (bucket.isEmpty()) {
              without[0] += count;
            } else {
              into.add(
                  bucket.get().intValue(),
                  (int) count,
                  WantedKeys.number(row.getF().get(2)).orElse(0L));
            }
          }
        });
    return without[0];
  }

  @Override
  public void rows(DestinationTable wanted, int buckets, BitSet which, Rows rows)
      throws InterruptedException {
    DestinationTable table = there(wanted);
    if (!isThere(table) || !hasFingerprints(table)) {
      return;
    }
    List<DestinationType> types = WantedKeys.types(table);
    List<Integer> numbers = which.stream().boxed().toList();
    for (int from = 0; from < numbers.size(); from += BUCKETS_PER_QUERY) {
      List<Integer> some =
          numbers.subList(from, Math.min(numbers.size(), from + BUCKETS_PER_QUERY));
      rest.query(
          table.name(),
          "SELECT "
              + table.primaryKey().stream().map(WantedKeys::quote).collect(Collectors.joining(", "))
              + ", "
              + FINGERPRINT
              + " FROM "
              + rest.settings().quoted(table.name())
              + " WHERE "
              + bucket(buckets)
              + " IN ("
              + some.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + ")",
          Map.of(),
          page -> {
            for (TableRow row : page) {
              rows.take(
                  BigQueryOutdatedRows.key(row, types),
                  WantedKeys.number(row.getF().get(types.size())).orElse(0L));
            }
          });
    }
  }

  @Override
  public List<Optional<Image>> images(DestinationTable wanted, List<List<String>> keys)
      throws InterruptedException {
    DestinationTable table = there(wanted);
    List<Optional<Image>> images =
        new ArrayList<>(Collections.nCopies(keys.size(), Optional.empty()));
    if (!isThere(table)) {
      return images;
    }
    List<DestinationType> types = WantedKeys.types(table);
    String fingerprint = hasFingerprints(table) ? "t." + FINGERPRINT : "NULL";
    for (int from = 0; from < keys.size(); from += WantedKeys.PER_QUERY) {
      int first = from;
      List<List<String>> some =
          keys.subList(from, Math.min(keys.size(), from + WantedKeys.PER_QUERY));
      Map<String, String> parameters = new TreeMap<>();
      rest.query(
          table.name(),
          "SELECT k.i, "
              + fingerprint
              + ", t._walbeam.commit_lsn FROM ("
              + WantedKeys.rows(some, types, parameters)
              + ") AS k JOIN "
              + rest.settings().quoted(table.name())
              + " AS t ON "
              + WantedKeys.condition(table),
          parameters,
          page -> {
            for (TableRow row : page) {
              images.set(
                  first + WantedKeys.number(row.getF().get(0)).orElseThrow().intValue(),
                  Optional.of(
                      new Image(
                          WantedKeys.number(row.getF().get(1)),
                          WantedKeys.number(row.getF().get(2)).orElse(0L))));
            }
          });
    }
    return images;
  }

  private static String bucket(int buckets) {
    return "(" + FINGERPRINT + " & " + (buckets - 1) + ")";
  }

  private boolean hasFingerprints(DestinationTable table) throws InterruptedException {
    return rest.get(table.name()).stream()
        .flatMap(there -> there.getSchema().getFields().stream())
        .filter(field -> field.getName().equals("_walbeam") && field.getFields() != null)
        .flatMap(field -> field.getFields().stream())
        .map(TableFieldSchema::getName)
        .anyMatch("fingerprint"::equals);
  }

  private boolean isThere(DestinationTable table) throws InterruptedException {
    return rest.get(table.name()).isPresent();
  }

  private DestinationTable there(DestinationTable wanted) throws InterruptedException {
    return tables.existing(wanted).orElse(wanted);
  }
}
