package io.walbeam.postgres;

import io.walbeam.change.TableId;
import java.util.List;
import java.util.Map;

/**
 * What the catalogue says of a published table, as far as it tells what became of rows that the
 * stream never mentions again.
 *
 * @param oid object identifier of the table
 * @param columns those that are not dropped, by number
 * @param key columns that identify a row in the destination, in key order; empty if there are none
 * @param identity {@code relreplident}
 * @param published the entry of the table in its publication, with its row filter, what is
 *     published, and a version that any other ALTER of the publication changes; another text means
 *     that changes may have been missed
 * @param parts what holds the rows, by object identifier: the table itself, or its partitions
 * @param types labels of enums and attributes of composite types that the columns have, by the
 *     object identifier of the catalogue's entry
 * @param rows the planner's estimate, 0 before the first ANALYZE
 */
public record TableShape(
    TableId table,
    long oid,
    List<Column> columns,
    List<String> key,
    String identity,
    String published,
    Map<Long, Part> parts,
    Map<String, String> types,
    double rows) {
  /** What begins the identifier of a composite type's attribute among the types. */
  public static final String ATTRIBUTE = "attribute ";

  /**
   * One column.
   *
   * @param number {@code attnum}, never given again
   * @param type with its modifier, as SQL names it
   * @param version {@code xmin} of the catalogue's row: another one after any ALTER of the column
   * @param sent whether the stream carries it, or it is looked up
   * @param filled whether rows from before the column have a value that is in the catalogue only:
   *     what the column was added with, or how it is computed whenever it is read
   * @param generated whether its values are computed from others
   */
  public record Column(
      int number,
      String name,
      String type,
      long version,
      boolean sent,
      boolean filled,
      boolean generated) {}

  /**
   * A table that holds rows, or a level of partitions above such tables.
   *
   * @param file {@code relfilenode}, 0 for a level without rows: another one after any rewrite
   * @param attached {@code xmin} of its entry as a partition, 0 for the table itself
   */
  public record Part(long file, long attached) {}

  public TableShape {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    parts = Map.copyOf(parts);
    types = Map.copyOf(types);
  }
}
