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
   * The rows of some keys, for a table with rows of a key's columns.
   *
   * @param columns indexes of the key's columns in the relation
   * @param keys texts of these columns
   */
  record Exactly(List<Integer> columns, List<List<String>> keys) implements TableRange {
    public Exactly {
      columns = List.copyOf(columns);
      keys = List.copyOf(keys);
    }

    /** Hides the keys: row values never reach a log line. */
    @Override
    public String toString() {
      return "Exactly[" + keys.size() + "]";
    }
  }

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
