package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import io.walbeam.row.DestinationTable;

/**
 * Names of the tables that follow one another when a source table's key changes: {@code orders},
 * {@code orders__2}, and so on. Pure.
 */
final class SuccessorName {
  private static final String MARK = "__";

  /** In the description of every table but the first. */
  private static final String DESCRIPTION = " Number %d, by another key than the ones before.";

  private SuccessorName() {}

  /** The table under the name of the number, which counts from 1. */
  static DestinationTable of(DestinationTable table, int number) {
    return number == 1
        ? table
        : table.named(
            of(table.name(), number), table.description() + DESCRIPTION.formatted(number));
  }

  /** The name of the number, which counts from 1. */
  static String of(String name, int number) {
    return number == 1 ? name : name + MARK + number;
  }

  /** Whether the table that has the name is one that walbeam made for another source table. */
  static boolean isAnothers(Table existing, DestinationTable table, int number) {
    String description = existing.getDescription();
    if (description == null || !description.startsWith(DestinationTable.CURRENT_STATE)) {
      return false;
    }
    boolean ours = description.startsWith(table.description());
    return number == 1 ? !ours && description.contains(", by another key than") : !ours;
  }
}
