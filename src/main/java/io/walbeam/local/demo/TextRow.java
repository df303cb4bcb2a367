package io.walbeam.local.demo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One row as text.
 *
 * @param values column name to text in table order, SQL NULL as empty; not to be changed
 */
public record TextRow(Map<String, Optional<String>> values) {
  public TextRow {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The column names, in table order. */
  public Set<String> columns() {
    return values.keySet();
  }

  /** The text of a column; empty for SQL NULL and for a column that the row does not have. */
  public Optional<String> get(String column) {
    Optional<String> value = values.get(column);
    return value == null ? Optional.empty() : value;
  }

  /**
   * The text of a column that must have one.
   *
   * @throws IllegalStateException if it has none
   */
  public String require(String column) {
    return get(column)
        .orElseThrow(() -> new IllegalStateException("No value in column " + column + "."));
  }
}
