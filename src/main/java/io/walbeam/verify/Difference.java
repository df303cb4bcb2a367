package io.walbeam.verify;

import java.util.List;

/**
 * A row that is not the same on both sides.
 *
 * @param key values of the key's columns as PostgreSQL writes them
 * @param columns that differ in a changed row; empty if values were not compared
 */
public record Difference(Kind kind, List<String> key, List<String> columns) {
  /** What is the matter, as the destination is concerned. */
  public enum Kind {
    MISSING,
    EXTRA,
    CHANGED
  }

  public Difference {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
  }

  /** One of which nobody knows the columns. */
  Difference(Kind kind, List<String> key) {
    this(kind, key, List.of());
  }

  /** Hides the key: row values never reach a log line. */
  @Override
  public String toString() {
    return "Difference[" + kind + "]";
  }
}
