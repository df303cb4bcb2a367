package io.walbeam.dump;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.TableId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the stream described tables since the last look at the catalogue, which sees only what is
 * there in the end. Thread-safe.
 */
final class DescribedShapes {
  /** By object identifier of the table: columns in their order, and the last commit with them. */
  private final Map<Long, Map<List<String>, Long>> described = new HashMap<>();

  /** Object identifiers of the tables that had a name when rows of theirs were read. */
  private final Map<TableId, Set<Long>> bearers = new HashMap<>();

  private Map<Long, List<String>> expected = Map.of();
  private boolean lookWanted;

  /**
   * The stream describes a table otherwise than before, or for the first time.
   *
   * @param commitLsn of the transaction whose rows it describes
   */
  synchronized void add(Relation relation, long commitLsn) {
    Map<List<String>, Long> known =
        described.computeIfAbsent(
            Integer.toUnsignedLong(relation.id()), any -> new LinkedHashMap<>());
    bearers
        .computeIfAbsent(relation.table(), any -> new HashSet<>())
        .add(Integer.toUnsignedLong(relation.id()));
    List<String> columns = relation.columns().stream().map(RelationColumn::name).toList();
    lookWanted |= !columns.equals(expected.get(Integer.toUnsignedLong(relation.id())));
    known.put(columns, commitLsn);
  }

  /** Whether rows of another table were read under the name that a table has now. */
  synchronized boolean hadAnother(Relation relation) {
    return bearers.getOrDefault(relation.table(), Set.of()).stream()
        .anyMatch(oid -> oid != Integer.toUnsignedLong(relation.id()));
  }

  /** Something says that a table was altered. */
  synchronized void wantLook() {
    lookWanted = true;
  }

  /** Whether the catalogue should be looked at soon; asked once for each time. */
  synchronized boolean takeLookWanted() {
    boolean wanted = lookWanted;
    lookWanted = false;
    return wanted;
  }

  /** What a table was described as since it was asked for: columns, and the last commit. */
  synchronized Map<List<String>, Long> take(long oid) {
    Map<List<String>, Long> known = described.remove(oid);
    return known == null ? Map.of() : known;
  }

  /** What every published table has now, by object identifier: such a description needs no look. */
  synchronized void expect(Map<Long, List<String>> columns) {
    expected = Map.copyOf(columns);
  }
}
