package io.walbeam.command;

import io.walbeam.change.TableId;
import io.walbeam.doctor.Severity;
import io.walbeam.dump.DumpRequest;
import io.walbeam.failure.Pauses;
import io.walbeam.options.OptionsReader;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpLedger;
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

  /** After this time a run that is there would have taken up the request. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DumpLedger ledger;
  private final String slot;
  private final Lines out;
  private final Pauses pauses;

  ResyncCommand(DumpLedger ledger, String slot, Lines out, Pauses pauses) {
    this.ledger = ledger;
    this.slot = slot;
    this.out = out;
    this.pauses = pauses;
  }

  /**
   * Asks for a dump of each table, says how it goes until all have ended, and returns the exit
   * code. Ending it earlier takes nothing back.
   */
  static int run(OptionsReader.Source source, Lines out) throws InterruptedException {
    try (Sink sink = source.destination().open()) {
      sink.verify();
      BackfillCommand.Asked asked = BackfillCommand.ask(source, List.of(), List.of());
      out.print(
          "Asked for; the run that reads the slot carries it out. "
              + asked.effect().ofWhatIsGone());
      return new ResyncCommand(
              sink.dumpLedger(), source.replication().slot(), out, Pauses.UNTIL_INTERRUPTED)
          .follow(asked);
    }
  }

  /** Says how it goes until each dump has ended, and returns the exit code. */
  int follow(BackfillCommand.Asked asked) throws InterruptedException {
    Map<TableId, String> said = new LinkedHashMap<>();
    long warnAt = pauses.nanoTime() + PATIENCE.toNanos();
    boolean warned = false;
    do {
      List<DumpEntry> entries = ledger.read(slot);
      List<DumpEntry> dumps =
          entries.stream().filter(entry -> DumpRequest.isAnswer(entry, asked.name())).toList();
      for (DumpEntry dump : dumps) {
        String text = text(dump, asked.effect());
        if (!text.equals(said.put(dump.table(), text))) {
          out.print(text);
        }
      }
      if (dumps.size() == asked.tables().size()
          && dumps.stream().allMatch(dump -> isOver(dump, entries))) {
        return dumps.stream().allMatch(ResyncCommand::isDone)
            ? Severity.NOTE.exitCode()
            : Severity.ACT.exitCode();
      }
      if (!warned && dumps.isEmpty() && pauses.nanoTime() - warnAt >= 0) {
        warned = true;
        out.print(
            "No run has taken it up yet. Start one for slot "
                + slot
                + " if there is none: it carries out what was asked for before. Ending this"
                + " command takes nothing back.");
      }
    } while (pauses.pause(INTERVAL));
    return Severity.ACT.exitCode();
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

  private static String text(DumpEntry dump, DumpEffect effect) {
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
              Locale.ROOT,
              "%s: %s, %,d rows",
              dump.table(),
              effect.done(),
              dump.course().sums().rows());
      case SUPERSEDED -> dump.table() + ": a truncation or another dump took its place";
      case REFUSED, FAILED -> dump.table() + ": given up. " + dump.error();
    };
  }
}
