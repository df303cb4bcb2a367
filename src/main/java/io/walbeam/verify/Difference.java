package io.walbeam.verify;

import java.util.List;

/**
 * A row that is not the same on both sides.
 *
 * @param key values of the key's columns as PostgreSQL writes them
 */
public record Difference(Kind kind, List<String> key) {
  /** What is the matter, as the destination is concerned. */
  public enum Kind {
    MISSING,
    EXTRA,
    CHANGED
  }

  public Difference {
    key = List.copyOf(key);
  }

  /** Hides the key: row values never reach a log line. */
  @Override
  public String toString() {
    return "Difference[" + kind + "]";
  }
}
