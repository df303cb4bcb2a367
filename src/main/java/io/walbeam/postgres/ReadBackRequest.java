package io.walbeam.postgres;

import io.walbeam.change.Relation;
import java.util.List;
import java.util.Set;

/**
 * What to read.
 *
 * @param relation as the stream described it when the rows were changed
 * @param key indexes of the key columns in the relation
 * @param columns indexes of the columns to read
 * @param transactions identifiers of the transactions that changed the rows, as the stream has
 *     them, unsigned 32 bits
 * @param keys text of the key columns, row by row
 * @param budget texts of about this many characters end the answer early
 */
public record ReadBackRequest(
    Relation relation,
    List<Integer> key,
    List<Integer> columns,
    Set<Integer> transactions,
    List<List<String>> keys,
    long budget) {
  @Override
  public String toString() {
    return "ReadBackRequest[" + relation.table() + ", " + keys.size() + " keys]";
  }
}
