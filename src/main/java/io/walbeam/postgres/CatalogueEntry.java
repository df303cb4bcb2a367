package io.walbeam.postgres;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeShape;
import java.util.List;
import java.util.Map;

/**
 * What the catalogue says of a relation beyond its description in the stream.
 *
 * @param indexes what tells its rows apart, the oldest first
 * @param generated its generated columns that are not published, unless somebody chose which
 *     columns are
 * @param types the types that were asked for, by object identifier; without those that are gone
 */
public record CatalogueEntry(
    List<UniqueIndex> indexes, List<RelationColumn> generated, Map<Integer, TypeShape> types) {
  public CatalogueEntry {
    indexes = List.copyOf(indexes);
    generated = List.copyOf(generated);
    types = Map.copyOf(types);
  }
}
