package io.walbeam.row;

import io.walbeam.change.Relation;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns that identify a row in the destination, or why there are none.
 *
 * @param positions indexes of the columns in the relation, ascending; empty if there is no key
 * @param absence if there is no key, one sentence that says why and what to do; else empty
 */
public record KeyColumns(List<Integer> positions, String absence) {
  /** BigQuery documentation, "Use primary and foreign keys", section "Limitations". */
  private static final int MOST_COLUMNS = 16;

  public KeyColumns {
    positions = List.copyOf(positions);
  }

  /**
   * The key of a relation: the replica-identity columns that its message flags, unless the message
   * does not tell.
   *
   * @param key column names of the key as the catalogue has it, where the message does not tell
   */
  public static KeyColumns of(Relation relation, Optional<List<String>> key) {
    if (key.isPresent()) {
      return named(relation, key.get());
    }
    if (relation.identity() == ReplicaIdentity.FULL) {
      return none(
          "Table "
              + relation.table()
              + " has REPLICA IDENTITY FULL and no immediate primary key, so only its"
              + " changelog can be written; give it a primary key that is not deferrable.");
    }
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < relation.columns().size(); i++) {
      if (relation.columns().get(i).identity()) {
        positions.add(i);
      }
    }
    if (positions.isEmpty()) {
      return none(
          "Table "
              + relation.table()
              + " has no replica identity, so only its changelog can be written; give it a primary"
              + " key that is not deferrable or set REPLICA IDENTITY USING INDEX.");
    }
    return limited(relation, positions);
  }

  /** That nobody knows any more what told the rows apart that were so described. */
  public static KeyColumns forgotten(Relation relation) {
    return none(
        "The key of table "
            + relation.table()
            + " was changed since, and under its replica identity the stream does not tell what it"
            + " was: rows of before are in its changelog only, until the dump that follows the"
            + " change.");
  }

  /** Whether there is a key. */
  public boolean exists() {
    return !positions.isEmpty();
  }

  /**
   * Whether the two images of a row have different keys. A column that either image does not carry
   * has not changed.
   */
  public boolean changed(Tuple oldRow, Tuple row) {
    for (int i = 0; i < positions.size(); i++) {
      int column = positions.get(i);
      if (carries(oldRow, column) && carries(row, column) && !oldRow.columnEquals(column, row)) {
        return true;
      }
    }
    return false;
  }

  private static boolean carries(Tuple row, int column) {
    Tuple.Kind kind = row.kind(column);
    return kind == Tuple.Kind.TEXT || kind == Tuple.Kind.NULL;
  }

  private static KeyColumns named(Relation relation, List<String> names) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < relation.columns().size(); i++) {
      if (names.contains(relation.columns().get(i).name())) {
        positions.add(i);
      }
    }
    if (positions.size() != names.size()) {
      return none(
          "The stream leaves out columns that tell the rows of table "
              + relation.table()
              + " apart, because they are generated or not published, so only its changelog can be"
              + " written; publish them, or set REPLICA IDENTITY USING another unique INDEX.");
    }
    return limited(relation, positions);
  }

  private static KeyColumns limited(Relation relation, List<Integer> positions) {
    if (positions.size() > MOST_COLUMNS) {
      return none(
          "The key of table "
              + relation.table()
              + " has more columns than the "
              + MOST_COLUMNS
              + " of a BigQuery key, so only its changelog can be written; set REPLICA IDENTITY"
              + " USING a smaller unique INDEX.");
    }
    return new KeyColumns(positions, "");
  }

  private static KeyColumns none(String absence) {
    return new KeyColumns(List.of(), absence);
  }
}
