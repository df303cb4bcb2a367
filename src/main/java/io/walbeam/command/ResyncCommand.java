package io.walbeam.command;

import io.walbeam.change.TableId;
import io.walbeam.doctor.Severity;
import io.walbeam.dump.DumpRequest;
import io.walbeam.options.OptionsReader;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.Sink;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code resync}: tables made anew by a dump, waited for. */
final class ResyncCommand {
  /** Each look is one small query. */
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Looks after which a run that is there would have taken up the request. */
  private static final int LOOKS = 6;

  private ResyncCommand() {}

  /**
   * Asks for a dump of each table, says how it goes until all have ended, and returns the exit
   * code. Ending it earlier takes nothing back.
   */
  static int run(OptionsReader.Source source, Lines out) throws InterruptedException {
    String slot = source.replication().slot();
    try (Sink sink = source.destination().open()) {
      sink.verify();
      BackfillCommand.Asked asked = BackfillCommand.ask(source, List.of(), List.of());
      out.print(
          "Asked for; the run that reads the slot carries it out. What is gone at the source goes"
              + " too.");
      Map<TableId, String> said = new LinkedHashMap<>();
      for (int look = 0; true; look++) {
        List<DumpEntry> ledger = sink.dumpLedger().read(slot);
        List<DumpEntry> dumps =
            ledger.stream().filter(entry -> DumpRequest.isAnswer(entry, asked.name())).toList();
        for (DumpEntry dump : dumps) {
          String text = text(dump);
          if (!text.equals(said.put(dump.table(), text))) {
            out.print(text);
          }
        }
        if (dumps.size() == asked.tables().size()
            && dumps.stream().allMatch(dump -> isOver(dump, ledger))) {
          return dumps.stream().allMatch(ResyncCommand::isDone)
              ? Severity.NOTE.exitCode()
              : Severity.ACT.exitCode();
        }
        if (look == LOOKS && dumps.isEmpty()) {
          out.print(
              "No run has taken it up yet. Start one for slot "
                  + slot
                  + " if there is none: it carries out what was asked for before. Ending this"
                  + " command takes nothing back.");
        }
        Thread.sleep(INTERVAL.toMillis());
      }
    }
  }

  /** What took the place of a dump is waited for in its stead. */
  private static boolean isOver(DumpEntry dump, List<DumpEntry> ledger) {
    return switch (dump.status()) {
      case REQUESTED, RUNNING -> false;
      case FINISHED, REFUSED, FAILED -> true;
      case SUPERSEDED ->
          ledger.stream()
              .filter(other -> other.isDump() && other.table().equals(dump.table()))
              .allMatch(other -> other.status().isOver());
    };
  }

  /** Superseded: a later truncation emptied the table, which is what a dump would have shown. */
  private static boolean isDone(DumpEntry dump) {
    return dump.status() == DumpEntry.Status.FINISHED
        || dump.status() == DumpEntry.Status.SUPERSEDED;
  }

  private static String text(DumpEntry dump) {
    return switch (dump.status()) {
      case REQUESTED -> dump.table() + ": about to begin";
      case RUNNING ->
          String.format(
              Locale.ROOT,
              "%s: %,d of %s chunks, %,d rows",
              dump.table(),
              dump.course().sums().chunks(),
              dump.course().chunksTotal() == 0 ? "?" : dump.course().chunksTotal(),
              dump.course().sums().rows());
      case FINISHED ->
          String.format(
              Locale.ROOT, "%s: made anew, %,d rows", dump.table(), dump.course().sums().rows());
      case SUPERSEDED -> dump.table() + ": a truncation or another dump took its place";
      case REFUSED, FAILED -> dump.table() + ": given up. " + dump.error();
    };
  }
}
