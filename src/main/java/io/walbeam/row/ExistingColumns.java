package io.walbeam.row;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The columns that a destination table has already. They decide how a source column is written as
 * long as they hold every value of it, so that what reads the table goes on to work.
 *
 * @param types by name in lower case, as BigQuery's column names ignore case; without REPEATED
 *     columns, which hold the arrays of their type only
 */
public record ExistingColumns(Map<String, DestinationType> types) {
  /** Of a table that is not there yet. */
  public static final ExistingColumns NONE = new ExistingColumns(Map.of());

  public ExistingColumns {
    Map<String, DestinationType> folded = new HashMap<>();
    types.forEach((name, type) -> folded.put(name.toLowerCase(Locale.ROOT), type));
    types = Map.copyOf(folded);
  }

  /** The type of a column, empty if there is none of that name. */
  Optional<DestinationType> type(String column) {
    return Optional.ofNullable(types.get(column.toLowerCase(Locale.ROOT)));
  }

  /** The columns that {@code table} will have once its first row is written. */
  public static ExistingColumns of(DestinationTable table) {
    Map<String, DestinationType> types = new HashMap<>();
    table.columns().stream()
        .filter(column -> !column.repeated())
        .forEach(column -> types.put(column.name(), column.type()));
    return new ExistingColumns(types);
  }

  /** These columns and {@code others}; where both have one, these count. */
  public ExistingColumns and(ExistingColumns others) {
    Map<String, DestinationType> all = new HashMap<>(others.types);
    all.putAll(types);
    return new ExistingColumns(all);
  }
}
