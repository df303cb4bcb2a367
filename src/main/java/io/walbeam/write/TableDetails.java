package io.walbeam.write;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeShape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the catalogue says of a table beyond its description in the stream.
 *
 * @param key columns of the key where the description does not tell, else empty; see {@link
 *     KeyChoice}
 * @param older whether the description is from before the key was changed, and does not tell what
 *     it was: the destination's table does
 * @param unsent generated columns that the stream leaves out, and that are to be looked up
 * @param types what types consist of that are not built in, by object identifier
 */
record TableDetails(
    List<String> key, boolean older, List<RelationColumn> unsent, Map<Integer, TypeShape> types) {
  /** Nothing beyond. */
  static final TableDetails NONE = ofKey(List.of());

  TableDetails {
    key = List.copyOf(key);
    unsent = List.copyOf(unsent);
    types = Map.copyOf(types);
  }

  static TableDetails ofKey(List<String> key) {
    return new TableDetails(key, false, List.of(), Map.of());
  }

  /** The key, empty if the description tells. */
  Optional<List<String>> keyIfChosen() {
    return Optional.of(key).filter(names -> !names.isEmpty());
  }

  /** The same for rows that carry every column. */
  TableDetails complete() {
    return new TableDetails(key, older, List.of(), types);
  }

  /** Whether a type is among them that may change though the description stays the same. */
  boolean mayChange() {
    return types.values().stream().anyMatch(TypeShape::hasAttributes);
  }
}
