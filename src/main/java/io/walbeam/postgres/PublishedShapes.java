package io.walbeam.postgres;

import java.util.List;

/**
 * The shapes of all published tables.
 *
 * @param position end of the WAL right after: every change that shows was committed before it
 */
public record PublishedShapes(long position, List<TableShape> shapes) {
  public PublishedShapes {
    shapes = List.copyOf(shapes);
  }
}
