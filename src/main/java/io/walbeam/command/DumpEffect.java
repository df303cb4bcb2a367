package io.walbeam.command;

import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowForm;
import io.walbeam.sink.Sink;

/**
 * What a dump does where it is written to, for sentences.
 *
 * @param deletes whether rows go that the source no longer has: where tables are as they are now,
 *     and not where each change stays
 * @param place what people call the place
 * @param ledger what the ledger is there, a table or a folder
 */
record DumpEffect(boolean deletes, String place, String ledger) {
  static DumpEffect of(MappingSettings mapping, Sink sink) {
    return new DumpEffect(
        mapping.mode().currentState(),
        sink.tables().place(),
        (mapping.form() == RowForm.TABLE_ROW ? "table " : "folder ") + sink.dumpLedger().name());
  }

  /** What becomes of rows that the source no longer has. */
  String ofWhatIsGone() {
    return deletes
        ? "What is gone at the source goes too."
        : "Rows come as they are then, with operation READ; nothing is deleted in "
            + place
            + ", and nothing tells there which rows the source no longer has.";
  }

  /** What has been done with a table when its dump is over. */
  String done() {
    return deletes ? "made anew" : "written again";
  }
}
