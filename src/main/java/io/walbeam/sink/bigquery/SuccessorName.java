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

  /** In the description of a view that has the place of the first table, before what it shows. */
  static final String VIEW = " A view of ";

  private SuccessorName() {}

  /** The name of the number, which counts from 1. */
  static String of(String table, int number) {
    return number == 1 ? table : table + MARK + number;
  }

  /** Whether it is the view that was put in the place of the first table. */
  static boolean isView(Table existing, DestinationTable table) {
    return "VIEW".equals(existing.getType())
        && existing.getDescription() != null
        && existing.getDescription().startsWith(table.description() + VIEW);
  }

  /** The table under the name of the number, which counts from 1. */
  static DestinationTable of(DestinationTable table, int number) {
    return number == 1
        ? table
        : table.named(
            of(table.name(), number), table.description() + DESCRIPTION.formatted(number));
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
