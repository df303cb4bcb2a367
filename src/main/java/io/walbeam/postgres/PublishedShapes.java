package io.walbeam.postgres;

import java.util.List;
import java.util.Map;

/**
 * The shapes of all published tables.
 *
 * @param position end of the WAL right after: every change that shows was committed before it
 * @param types object identifiers of the columns' types, by that of the table and by column; they
 *     are not remembered
 */
public record PublishedShapes(
    long position, List<TableShape> shapes, Map<Long, Map<String, Integer>> types) {
  public PublishedShapes {
    shapes = List.copyOf(shapes);
    types = Map.copyOf(types);
  }
}
