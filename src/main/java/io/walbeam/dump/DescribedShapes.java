package io.walbeam.dump;

import io.walbeam.change.Relation;
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
  /** By object identifier of the table: how it was described, and the last commit with that. */
  private final Map<Long, Map<DescribedTable, Long>> described = new HashMap<>();

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
    Map<DescribedTable, Long> known =
        described.computeIfAbsent(
            Integer.toUnsignedLong(relation.id()), any -> new LinkedHashMap<>());
    bearers
        .computeIfAbsent(relation.table(), any -> new HashSet<>())
        .add(Integer.toUnsignedLong(relation.id()));
    DescribedTable one = DescribedTable.of(relation);
    lookWanted |= !one.columns().equals(expected.get(Integer.toUnsignedLong(relation.id())));
    known.put(one, commitLsn);
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

  /** Whether nobody has looked at the catalogue since something said that a table was altered. */
  synchronized boolean isLookWanted() {
    return lookWanted;
  }

  /** Whether the catalogue should be looked at soon; asked once for each time. */
  synchronized boolean takeLookWanted() {
    boolean wanted = lookWanted;
    lookWanted = false;
    return wanted;
  }

  /**
   * What tables were described as since it was asked for, each with the last commit, by object
   * identifier of the table.
   */
  synchronized Map<Long, Map<DescribedTable, Long>> takeAll() {
    Map<Long, Map<DescribedTable, Long>> known = new HashMap<>(described);
    described.clear();
    return known;
  }

  /** What was taken by a look that came to no end: the next one is told again. */
  synchronized void giveBack(Map<Long, Map<DescribedTable, Long>> taken) {
    taken.forEach(
        (oid, since) -> {
          Map<DescribedTable, Long> known =
              described.computeIfAbsent(oid, any -> new LinkedHashMap<>());
          since.forEach(
              (one, commit) ->
                  known.merge(
                      one,
                      commit,
                      (left, right) -> Long.compareUnsigned(left, right) < 0 ? right : left));
        });
  }

  /** What every published table has now, by object identifier: such a description needs no look. */
  synchronized void expect(Map<Long, List<String>> columns) {
    expected = Map.copyOf(columns);
  }
}
