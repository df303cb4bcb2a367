package io.walbeam.command;

import io.walbeam.doctor.Severity;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.OptionsReader;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Successors;
import io.walbeam.sink.Verification;
import io.walbeam.verify.ComparedTable;
import io.walbeam.verify.Verify;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** {@code resync --finish}: views in the place of tables that another key has left behind. */
final class FinishCommand {
  private FinishCommand() {}

  /**
   * Compares each table that has left an older one behind with its source, puts a view over it if
   * they are equal, and returns the exit code. The comparison waits until everything before it is
   * confirmed, so that nothing is written by the old key any more.
   */
  static int run(OptionsReader.Source source, Lines out) throws InterruptedException {
    try (Sink sink = source.destination().open()) {
      sink.verify();
      Successors successors = sink.successors().orElseThrow(FinishCommand::withoutKeys);
      List<ComparedTable> tables = new ArrayList<>();
      new Verify(VerifyCommand.request(source), sink, Clock.systemUTC())
          .run(table -> successors.unfinished(table).isPresent(), tables::add);
      if (tables.isEmpty()) {
        out.print("Nothing is left to finish: no table of these stands beside an older one.");
      }
      boolean all = true;
      for (ComparedTable table : tables) {
        Verification found = table.verification();
        if (found.isEqual()) {
          for (String done : successors.finish(table.destination())) {
            out.print(found.table() + ": " + done);
          }
        } else {
          all = false;
          out.print(VerifyText.text(table));
          out.print(
              found.table()
                  + ": not equal to its source, so the old table stays. Make it anew (resync"
                  + " --tables="
                  + found.table()
                  + "), or mend what its dead letters say, and finish again.");
        }
      }
      return all ? Severity.NOTE.exitCode() : Severity.ACT.exitCode();
    }
  }

  private static WalbeamException withoutKeys() {
    return new WalbeamException(
        FailureKind.CONFIGURATION,
        "This destination keeps no tables by key, so there is nothing to finish.",
        "Give a --dataset of BigQuery.");
  }
}
