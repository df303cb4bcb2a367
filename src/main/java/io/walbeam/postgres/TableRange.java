package io.walbeam.postgres;

import java.util.List;

/** Which rows of one physical table a chunk covers. */
public sealed interface TableRange {
  /**
   * Pages {@code [from, to)}: a range of physical addresses, read without an index.
   *
   * @param from first page
   * @param to first page after it
   */
  record Pages(long from, long to) implements TableRange {}

  /**
   * Keys {@code [from, to)} in the order of the primary key's index.
   *
   * @param from texts of the key columns, empty for the beginning
   * @param to texts of the key columns, empty for the end
   * @param including whether {@code to} itself belongs to it
   */
  record Keys(List<String> from, List<String> to, boolean including) implements TableRange {
    public Keys {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }

    /** Hides the bounds: row values never reach a log line. */
    @Override
    public String toString() {
      return "Keys[" + from.size() + ", " + to.size() + "]";
    }
  }
}
