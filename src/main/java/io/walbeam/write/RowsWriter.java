package io.walbeam.write;

import io.walbeam.change.ColumnValue;
import io.walbeam.change.RowLimit;
import io.walbeam.change.Tuple;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.postgres.ReadBackAnswer;
import io.walbeam.postgres.ReadBackRequest;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.Route;
import io.walbeam.row.RowBuffer;
import io.walbeam.row.RowRejectedException;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.TableSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes the rows of one table: those that are complete at once, those that lack large values after
 * these were looked up at the source. Used by one thread, once.
 *
 * <p>A value that is looked up may be newer than its change. The row is still written at the place
 * of its change, so the later change, which follows in the stream, wins over it.
 */
public final class RowsWriter {
  /** Keys of one query. */
  private static final int KEYS_PER_QUERY = 2_000;

  /** Looked-up text, in characters, that is written before more is looked up. */
  private static final long PORTION = 4L << 20;

  /** Looks up rows, and waits for the answer. */
  public interface Lookup {
    ReadBackAnswer read(String table, ReadBackRequest request) throws InterruptedException;
  }

  /** Finds the earlier images of rows that cannot be written; see {@link EarlierImages#find}. */
  public interface Earlier {
    Collection<Deque<EarlierImages.Image>> find(TableRows tableRows, List<RowOrigin> unwritten);
  }

  private final TableSink sink;
  private final Lookup source;
  private final SinkMetrics metrics;
  private final Earlier earlier;
  private final TableRows tableRows;
  private final List<RefusedRow> refused = new ArrayList<>();

  public RowsWriter(
      TableSink sink, Lookup source, Earlier earlier, SinkMetrics metrics, TableRows tableRows) {
    this.sink = sink;
    this.earlier = earlier;
    this.source = source;
    this.metrics = metrics;
    this.tableRows = tableRows;
  }

  /**
   * Returns when each row is durable, refused, or known to be superseded.
   *
   * @return the rows that cannot be written
   */
  public List<RefusedRow> write() throws InterruptedException {
    List<EncodedRow> complete = new ArrayList<>();
    List<RowOrigin> origins = new ArrayList<>();
    Map<List<Integer>, List<RowOrigin>> incomplete = new LinkedHashMap<>();
    for (int i = 0; i < tableRows.rows().size(); i++) {
      RowOrigin origin = tableRows.origin(i);
      Tuple row = origin.incomplete();
      if (row == null) {
        complete.add(tableRows.rows().get(i));
        origins.add(origin);
      } else {
        incomplete.computeIfAbsent(unchanged(row), any -> new ArrayList<>()).add(origin);
      }
    }
    append(complete, origins);
    for (Map.Entry<List<Integer>, List<RowOrigin>> group : incomplete.entrySet()) {
      List<RowOrigin> left = group.getValue();
      while (!left.isEmpty()) {
        List<RowOrigin> now = left.subList(0, Math.min(left.size(), KEYS_PER_QUERY));
        List<RowOrigin> rest = new ArrayList<>(lookUp(group.getKey(), now));
        rest.addAll(left.subList(now.size(), left.size()));
        left = rest;
      }
    }
    writeEarlierImages();
    return refused;
  }

  /** Of a key whose last image cannot be written, the newest image that can be. */
  private void writeEarlierImages() throws InterruptedException {
    if (refused.isEmpty() || tableRows.supersededIn().isEmpty()) {
      return;
    }
    List<RowOrigin> unwritten =
        refused.stream().filter(row -> !row.isLetGo()).map(RefusedRow::origin).toList();
    if (unwritten.isEmpty()) {
      return;
    }
    Collection<Deque<EarlierImages.Image>> left = earlier.find(tableRows, unwritten);
    while (!left.isEmpty()) {
      List<EarlierImages.Image> newest = left.stream().map(Deque::remove).toList();
      List<Deque<EarlierImages.Image>> older = List.copyOf(left);
      left = new ArrayList<>();
      List<EncodedRow> rows = newest.stream().map(EarlierImages.Image::row).toList();
      for (RejectedRow row : sink.write(tableRows.table(), rows)) {
        refuse(newest.get(row.index()).origin(), row.refusal());
        if (!older.get(row.index()).isEmpty()) {
          left.add(older.get(row.index()));
        }
      }
    }
  }

  private static List<Integer> unchanged(Tuple row) {
    List<Integer> columns = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      if (row.kind(i) == Tuple.Kind.UNCHANGED) {
        columns.add(i);
      }
    }
    return columns;
  }

  private void append(List<EncodedRow> rows, List<RowOrigin> origins) throws InterruptedException {
    if (rows.isEmpty()) {
      return;
    }
    for (RejectedRow row : sink.write(tableRows.table(), rows)) {
      refuse(origins.get(row.index()), row.refusal());
    }
  }

  /** Looks up rows that lack the same columns and writes them. Returns those not looked up yet. */
  private List<RowOrigin> lookUp(List<Integer> columns, List<RowOrigin> rows)
      throws InterruptedException {
    Route route = rows.get(0).route();
    DestinationTable table = tableRows.table();
    ReadBackAnswer answer = source.read(table.name(), request(route, columns, rows));
    if (answer instanceof ReadBackAnswer.Gone gone) {
      List<Integer> sent = sent(route, columns);
      if (sent.size() < columns.size()) {
        return lookUpWithoutGenerated(sent, columns, rows);
      }
      for (RowOrigin row : rows) {
        metrics.rejected(table.name(), gone.refusal().errorClass());
        refuse(row, gone.refusal());
      }
      return List.of();
    }
    ReadBackAnswer.Found found = (ReadBackAnswer.Found) answer;
    List<RowOrigin> left = new ArrayList<>();
    List<EncodedRow> encoded = new ArrayList<>();
    List<RowOrigin> origins = new ArrayList<>();
    RowBuffer buffer = new RowBuffer();
    for (int i = 0; i < rows.size(); i++) {
      List<ColumnValue> values = found.rows().get(i);
      if (values != null) {
        complete(rows.get(i), columns, values, buffer, encoded, origins);
      } else if (!found.complete()) {
        left.add(rows.get(i));
      }
      // Else it is deleted or has another key by now: the change that did it follows.
    }
    metrics.readBack(
        table.name(), found.rows().size(), rows.size() - found.rows().size() - left.size());
    append(encoded, origins);
    return left;
  }

  /** Those of the columns that the stream carries at times; the others are generated. */
  private static List<Integer> sent(Route route, List<Integer> columns) {
    int width = route.relation().columns().size();
    return columns.stream().filter(column -> column < width).toList();
  }

  /** A generated column is gone, or the table: the rows are as good without. */
  private List<RowOrigin> lookUpWithoutGenerated(
      List<Integer> sent, List<Integer> columns, List<RowOrigin> rows) throws InterruptedException {
    if (!sent.isEmpty()) {
      Map<Integer, ColumnValue> nothing = new HashMap<>();
      columns.forEach(column -> nothing.put(column, ColumnValue.NULL));
      nothing.keySet().removeAll(sent);
      return lookUp(sent, rows.stream().map(row -> row.with(nothing)).toList());
    }
    List<EncodedRow> encoded = new ArrayList<>();
    List<RowOrigin> origins = new ArrayList<>();
    RowBuffer buffer = new RowBuffer();
    List<ColumnValue> nothing = Collections.nCopies(columns.size(), ColumnValue.NULL);
    for (RowOrigin row : rows) {
      complete(row, columns, nothing, buffer, encoded, origins);
    }
    append(encoded, origins);
    return List.of();
  }

  private static ReadBackRequest request(Route route, List<Integer> columns, List<RowOrigin> rows) {
    Set<Integer> transactions = new HashSet<>();
    List<List<String>> keys = new ArrayList<>();
    for (RowOrigin row : rows) {
      Tuple tuple = Objects.requireNonNull(row.incomplete());
      transactions.add((int) row.transaction().id());
      keys.add(route.key().positions().stream().map(tuple::text).toList());
    }
    return new ReadBackRequest(
        Objects.requireNonNull(route.current()).relation(),
        route.key().positions(),
        columns,
        transactions,
        keys,
        PORTION);
  }

  private void complete(
      RowOrigin origin,
      List<Integer> columns,
      List<ColumnValue> values,
      RowBuffer buffer,
      List<EncodedRow> encoded,
      List<RowOrigin> origins) {
    TableMapping mapping = Objects.requireNonNull(origin.route().current());
    Map<Integer, ColumnValue> found = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (values.get(i) instanceof ColumnValue.Absent) {
        refuse(
            origin,
            new Refusal(
                Stage.READ_BACK,
                ErrorClass.ROW_TOO_LARGE,
                "A value that the change left alone is longer than "
                    + RowLimit.BYTES
                    + " bytes, more than BigQuery takes as a row.",
                "Leave the large column out of the publication, or shorten the value."));
        return;
      }
      found.put(columns.get(i), values.get(i));
    }
    Tuple row = Objects.requireNonNull(origin.incomplete()).copy(found);
    try {
      encoded.add(mapping.encodeUpsert(row, origin.meta(), buffer));
      origins.add(origin);
    } catch (RowRejectedException e) {
      metrics.rejected(tableRows.table().name(), e.refusal().errorClass());
      refuse(origin, e.refusal());
    }
  }

  private void refuse(RowOrigin origin, Refusal refusal) {
    refused.add(new RefusedRow(origin, refusal, tableRows.table().name()));
  }
}
