package io.walbeam.write;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.Tuple;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.LatestByKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table that will go out together: the last image of each key only.
 *
 * <p>Not thread-safe while it is filled; handed over once and only read from then on.
 */
public final class TableRows {
  /** Stands for a row that is encoded later, see {@link RowOrigin#incomplete}. */
  static final EncodedRow INCOMPLETE = new EncodedRow(new byte[0], 0, 0);

  private final DestinationTable table;
  private final List<EncodedRow> rows = new ArrayList<>();
  private final List<RowOrigin> origins = new ArrayList<>();
  private final List<ChangeBatch> batches = new ArrayList<>();
  private final Supplier<LatestByKey> indexes;
  private @Nullable LatestByKey latest;
  private boolean superseding;
  private long bytes;

  TableRows(DestinationTable table) {
    this(table, LatestByKey::new);
  }

  /**
   * @param indexes gives an empty one, if the table has a key
   */
  TableRows(DestinationTable table, Supplier<LatestByKey> indexes) {
    this.table = table;
    this.indexes = indexes;
  }

  /** Notes that the rows added next come from {@code batch}. */
  void from(ChangeBatch batch) {
    if (batches.isEmpty() || batches.get(batches.size() - 1).messages() != batch.messages()) {
      batches.add(batch);
    }
  }

  /** The batches that hold images which later ones superseded; empty if there are none. */
  public List<ChangeBatch> supersededIn() {
    return superseding ? batches : List.of();
  }

  /** Adds a row of a table without a key. */
  void add(EncodedRow row, RowOrigin origin) {
    rows.add(row);
    origins.add(origin);
    bytes += size(row, origin);
  }

  private static long size(EncodedRow row, RowOrigin origin) {
    Tuple incomplete = origin.incomplete();
    return (long) row.length() + (incomplete == null ? 0 : incomplete.bytes().length);
  }

  /**
   * Adds an image of the key in {@code tuple}. Of two the one with the higher position stays,
   * whichever came first: on workers batches come in any order. All rows of the table have a key:
   * the number of a key is that of its row.
   */
  void put(KeyColumns key, Tuple tuple, EncodedRow row, RowOrigin origin) {
    LatestByKey index = latest;
    if (index == null) {
      index = indexes.get();
      latest = index;
    }
    int known = index.put(key, tuple);
    if (known == LatestByKey.NONE) {
      add(row, origin);
      return;
    }
    superseding = true;
    if (origin.position().compareTo(origins.get(known).position()) >= 0) {
      bytes += size(row, origin) - size(rows.get(known), origins.get(known));
      rows.set(known, row);
      origins.set(known, origin);
    }
  }

  /** No image comes any more: gives the index up, for other rows; empty if there was none. */
  Optional<LatestByKey> complete() {
    Optional<LatestByKey> given = Optional.ofNullable(latest);
    latest = null;
    return given;
  }

  /** Appends the rows of another object for the same table, both images of a key. */
  void addAll(TableRows other) {
    rows.addAll(other.rows);
    origins.addAll(other.origins);
    bytes += other.bytes;
  }

  /**
   * The same rows without the memory around them that other rows share, and so without the batches
   * that hold superseded images.
   */
  TableRows detached() {
    TableRows copy = new TableRows(table);
    for (int i = 0; i < rows.size(); i++) {
      EncodedRow row = rows.get(i);
      int end = row.offset() + row.length();
      copy.add(
          origins.get(i).incomplete() != null
              ? row
              : new EncodedRow(Arrays.copyOfRange(row.bytes(), row.offset(), end), 0, row.length()),
          origins.get(i).detached());
    }
    return copy;
  }

  /** Bytes of the rows and of the messages they come from. */
  long detachedBytes() {
    return bytes + origins.stream().mapToLong(RowOrigin::length).sum();
  }

  public DestinationTable table() {
    return table;
  }

  List<EncodedRow> rows() {
    return rows;
  }

  RowOrigin origin(int index) {
    return origins.get(index);
  }

  /** Encoded bytes of all rows. */
  long bytes() {
    return bytes;
  }
}
