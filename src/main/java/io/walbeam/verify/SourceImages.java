package io.walbeam.verify;

import io.walbeam.change.TableId;
import io.walbeam.change.Tuple;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Copied;
import io.walbeam.postgres.CopiedRow;
import io.walbeam.postgres.DumpConnection;
import io.walbeam.postgres.PhysicalTable;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.TableRange;
import io.walbeam.row.TableMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The rows of the source, by their fingerprints. Whole tables may be read from a standby; what
 * decides is read from the primary. Used by one thread.
 */
final class SourceImages implements AutoCloseable {
  private static final String APPLICATION = "walbeam-verify";

  /** Pages of one transaction, 128 MB: it holds vacuum back for seconds. */
  private static final long PAGES_AT_ONCE = 16_384;

  /** Keys of one statement. */
  private static final int KEYS_AT_ONCE = 1_000;

  private final ReplicationSettings replication;
  private final DumpConnection primary;
  private final DumpConnection reader;

  SourceImages(ReplicationSettings replication, Optional<PostgresSettings> standby) {
    this.replication = replication;
    this.primary = new DumpConnection(replication.postgres(), APPLICATION);
    this.reader = new DumpConnection(standby.orElse(replication.postgres()), APPLICATION);
  }

  /** Takes a row. */
  @FunctionalInterface
  interface Rows {
    void take(Tuple row) throws InterruptedException;
  }

  List<TableId> published() throws InterruptedException {
    return primary.published(replication.publication());
  }

  Optional<PublishedTable> describe(TableId table) throws InterruptedException {
    return primary.describe(replication, table);
  }

  /**
   * A place in a table: everything before it was read.
   *
   * @param leaves the physical tables in the order in which they are read, each as it was written
   *     to; of another list or file the place says nothing
   * @param leaf number of the one that is read
   * @param page of it that is read next
   */
  record Place(List<String> leaves, int leaf, long page) {
    Place {
      leaves = List.copyOf(leaves);
    }
  }

  /** Told of each place that was reached. */
  @FunctionalInterface
  interface Places {
    void reached(Place place) throws InterruptedException;
  }

  /** The beginning of a table as it is now. */
  Place beginning(PublishedTable table) throws InterruptedException {
    return new Place(
        reader.leaves(table.relation().id()).stream()
            .map(leaf -> leaf.oid() + ":" + leaf.fileNode())
            .toList(),
        0,
        0);
  }

  /** Reads every row once; one that changes meanwhile perhaps twice, or not at all. */
  void all(PublishedTable table, Rows rows) throws InterruptedException {
    all(table, beginning(table), rows, place -> {});
  }

  /**
   * Reads every row behind a place.
   *
   * @param from a place of {@link #beginning}'s leaves
   */
  void all(PublishedTable table, Place from, Rows rows, Places places) throws InterruptedException {
    List<PhysicalTable> leaves = reader.leaves(table.relation().id());
    for (int i = from.leaf(); i < leaves.size(); i++) {
      PhysicalTable leaf = leaves.get(i);
      if (leaf.heap()) {
        // Rows that come behind the last page meanwhile were changed, and are looked at again.
        long first = i == from.leaf() ? from.page() : 0;
        for (long page = first; page <= leaf.pages(); page += PAGES_AT_ONCE) {
          TableRange pages = new TableRange.Pages(page, page + PAGES_AT_ONCE);
          copy(reader, table, leaf, pages, /* withAddress= */ false, rowsOnly(rows));
          places.reached(new Place(from.leaves(), i, page + PAGES_AT_ONCE));
        }
      } else {
        TableRange everything = new TableRange.Keys(List.of(), List.of(), false);
        copy(reader, table, leaf, everything, /* withAddress= */ false, rowsOnly(rows));
      }
      places.reached(new Place(from.leaves(), i + 1, 0));
    }
  }

  /**
   * One version of a row: an update, or a deletion and an insertion of the same values, makes
   * another one elsewhere.
   *
   * @param leaf the physical table that holds it
   * @param address where in that
   */
  record Version(long fingerprint, long leaf, long address) {}

  /** What is there under those of these keys that are there, by key. */
  Map<List<String>, Version> versions(
      PublishedTable table,
      TableMapping mapping,
      List<List<String>> keys,
      ToLongFunction<Tuple> number)
      throws InterruptedException {
    Map<List<String>, Version> versions = new HashMap<>();
    of(
        table,
        mapping,
        keys,
        (row, leaf, address) ->
            versions.put(key(mapping, row), new Version(number.applyAsLong(row), leaf, address)));
    return versions;
  }

  /** Takes a row, and where it is. */
  @FunctionalInterface
  interface PlacedRows {
    void take(Tuple row, long leaf, long address) throws InterruptedException;
  }

  /** Reads the rows of these keys from the primary. */
  void of(PublishedTable table, TableMapping mapping, List<List<String>> keys, PlacedRows rows)
      throws InterruptedException {
    List<Integer> columns = mapping.key().positions();
    for (PhysicalTable leaf : primary.leaves(table.relation().id())) {
      for (int from = 0; from < keys.size(); from += KEYS_AT_ONCE) {
        TableRange wanted =
            new TableRange.Exactly(
                columns, keys.subList(from, Math.min(keys.size(), from + KEYS_AT_ONCE)));
        copy(
            primary,
            table,
            leaf,
            wanted,
            /* withAddress= */ true,
            (row, line, address) -> rows.take(row, leaf.oid(), address));
      }
    }
  }

  /** The key of a row, as PostgreSQL writes it. */
  static List<String> key(TableMapping mapping, Tuple row) {
    return mapping.key().positions().stream().map(row::text).toList();
  }

  /** A key that came from elsewhere, as PostgreSQL writes it. */
  List<String> canonical(PublishedTable table, TableMapping mapping, List<String> key)
      throws InterruptedException {
    List<String> canonical = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      String type = table.columnTypes().get(mapping.key().positions().get(i));
      canonical.add(primary.canonical(type, key.get(i)));
    }
    return canonical;
  }

  /** A position behind everything that was visible. */
  long position() throws InterruptedException {
    return primary.awaitDurable();
  }

  private static CopiedRow rowsOnly(Rows rows) {
    return (row, line, address) -> rows.take(row);
  }

  private static void copy(
      DumpConnection connection,
      PublishedTable table,
      PhysicalTable leaf,
      TableRange range,
      boolean withAddress,
      CopiedRow rows)
      throws InterruptedException {
    Copied copied = connection.copy(table, leaf, range, withAddress, rows);
    if (copied.altered()) {
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The table " + table.relation().table() + " was altered while it was compared.",
          "Verify it again.");
    }
  }

  @Override
  public void close() {
    primary.close();
    reader.close();
  }
}
