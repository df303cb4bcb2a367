package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Drops walbeam's own tables from a dataset that no other slot is recorded in. */
final class OwnTablesRemoval {
  private OwnTablesRemoval() {}

  /**
   * Returns what was done, one sentence each.
   *
   * @throws WalbeamException of kind OPERATOR if another slot has its state there
   */
  static List<String> run(BigQueryRest rest, String slot) throws InterruptedException {
    Set<String> others = new TreeSet<>();
    if (rest.get(BigQueryStateStore.TABLE_NAME).isPresent()) {
      rest.query(
          BigQueryStateStore.TABLE_NAME,
          "SELECT DISTINCT slot FROM `"
              + rest.settings().project()
              + "."
              + rest.settings().dataset()
              + "."
              + BigQueryStateStore.TABLE_NAME
              + "` WHERE slot <> @slot",
          Map.of("slot", slot),
          rows -> {
            for (TableRow row : rows) {
              others.add(String.valueOf(row.getF().get(0).getV()));
            }
          });
    }
    if (!others.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "The dataset also holds the state of "
              + String.join(", ", others)
              + ", so walbeam's tables stay and nothing is removed.",
          "Leave tables out of --drop.");
    }
    List<String> done = new ArrayList<>();
    // The state last: while it is there, a start knows what was there before.
    for (String table :
        List.of(
            OpenLetters.name(rest.settings().deadLetterTable()),
            rest.settings().deadLetterTable(),
            BigQueryAskedDumps.TABLE.name(),
            BigQueryDumpLedger.TABLE_NAME,
            BigQuerySchemaChanges.TABLE_NAME,
            BigQueryVerifications.TABLE_NAME,
            BigQueryStateStore.TABLE_NAME)) {
      if (rest.delete(table)) {
        done.add("Dropped the table " + table + ".");
      }
    }
    return done;
  }
}
