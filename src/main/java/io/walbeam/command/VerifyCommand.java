package io.walbeam.command;

import io.walbeam.change.TableId;
import io.walbeam.doctor.Severity;
import io.walbeam.dump.DumpRequest;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ReportOptions;
import io.walbeam.options.VerifyOptions;
import io.walbeam.sink.AskedDump;
import io.walbeam.sink.Sink;
import io.walbeam.sink.Verification;
import io.walbeam.verify.ComparedTable;
import io.walbeam.verify.Difference;
import io.walbeam.verify.Verify;
import io.walbeam.verify.VerifyRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** {@code verify}: whether the copy is right, while both sides go on changing. */
final class VerifyCommand {
  /** More keys than these are repaired by a dump of the table. */
  private static final int MOST_KEYS = 10_000;

  private VerifyCommand() {}

  /** Prints each table as soon as it is compared and returns the exit code. */
  static int run(OptionsReader.Source source, Lines out) throws InterruptedException {
    boolean json = source.options().as(ReportOptions.class).getFormat().equals("json");
    List<ComparedTable> tables = new ArrayList<>();
    VerifyRequest request = request(source);
    try (Sink sink = source.destination().open()) {
      sink.verify();
      new Verify(request, sink, Clock.systemUTC())
          .run(
              Verify.Choice.ALL,
              new Verify.Listener() {
                @Override
                public void compared(ComparedTable table) {
                  tables.add(table);
                  if (json) {
                    out.raw(VerifyText.json(table));
                  } else {
                    out.print(VerifyText.text(table));
                  }
                }

                @Override
                public void resumed(TableId table, long rows) {
                  if (!json) {
                    out.print(VerifyText.resumed(table, rows));
                  }
                }
              });
      if (source.options().as(VerifyOptions.class).isRepair()) {
        for (ComparedTable table : tables) {
          repair(sink, source.replication().slot(), table, json, out);
        }
      }
    }
    if (tables.isEmpty() && !json) {
      out.print(
          "Nothing was compared: of these tables only changelogs are written, or they were found"
              + " equal within --within.");
    }
    if (tables.stream().map(ComparedTable::verification).allMatch(Verification::isEqual)) {
      return Severity.NOTE.exitCode();
    }
    return tables.stream().anyMatch(table -> table.verification().differing() > 0)
        ? Severity.ACT.exitCode()
        : Severity.WARNING.exitCode();
  }

  /** What is compared, and how. */
  static VerifyRequest request(OptionsReader.Source source) {
    return new VerifyRequest(
        source.replication(),
        source.tables(),
        source.mapping(),
        source.verifying().standby(),
        source.verifying().rowsPerSecond(),
        source.verifying().patience(),
        source.verifying().within(),
        source.verifying().values(),
        source.verifying().sample(),
        source.verifying().resumeFile());
  }

  private static void repair(Sink sink, String slot, ComparedTable table, boolean json, Lines out)
      throws InterruptedException {
    Verification found = table.verification();
    if (found.isEqual()) {
      return;
    }
    List<List<String>> keys = table.differences().stream().map(Difference::key).distinct().toList();
    boolean whole = found.differing() > MOST_KEYS || keys.size() < found.differing();
    List<String> requests =
        whole || keys.isEmpty()
            ? List.of(DumpRequest.of(List.of(found.table()), List.of(), List.of()))
            : DumpRequest.ofKeys(found.table(), keys);
    for (String request : requests) {
      sink.dumpLedger().ask(new AskedDump(UUID.randomUUID().toString(), slot, request));
    }
    if (!json) {
      out.print(
          "Asked for a dump of "
              + (whole || keys.isEmpty() ? "" : keys.size() + " keys of ")
              + found.table()
              + "; the run that reads the slot carries it out.");
    }
  }
}
