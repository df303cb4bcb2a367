package io.walbeam.dump;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One dump from its first chunk to the note of how it ended. */
final class DumpRun {
  private static final Logger log = LoggerFactory.getLogger(DumpRun.class);

  /** What the ledger says of a table that was dropped: there is nothing to read. */
  static final String GONE = "The table is gone.";

  private static final double NANOS_PER_SECOND = 1e9;

  private final TableDump dump;
  private final DumpProgress progress;
  private final LetGoNote letGo;

  DumpRun(TableDump dump, DumpProgress progress, LetGoNote letGo) {
    this.dump = dump;
    this.progress = progress;
    this.letGo = letGo;
  }

  TableDump dump() {
    return dump;
  }

  DumpProgress progress() {
    return progress;
  }

  /**
   * Carries it out and notes the end in the ledger.
   *
   * @return what failed, for the end of a run; empty if nothing did, or if somebody asked for the
   *     dump, because anybody can ask for one that fails
   * @throws InterruptedException if it was stopped before it was over
   */
  Optional<String> carryOut(int workers) throws InterruptedException {
    TableId table = progress.entry().table();
    try {
      long began = System.nanoTime();
      dump.run(workers);
      switch (dump.stopped()) {
        case CLOSED -> throw new InterruptedException();
        case TRUNCATED -> {
          log.info("The dump of table {} ends, because the table was truncated.", table);
          progress.end(Status.SUPERSEDED, "");
        }
        case GONE -> {
          log.info("The dump of table {} ends, because the table is gone.", table);
          progress.end(Status.SUPERSEDED, GONE);
        }
        case NOT -> {
          DumpEntry over = progress.end(Status.FINISHED, "");
          sayFinished(over, Math.max(1, System.nanoTime() - began) / NANOS_PER_SECOND);
        }
      }
      return Optional.empty();
    } catch (LetGoException e) {
      if (dump.stopped() == TableDump.Stop.CLOSED) {
        throw new InterruptedException();
      }
      log.warn("The dump of table {} ends. {}", table, e.refusal().describe());
      letGo.write(progress.entry(), e);
      progress.end(Status.SUPERSEDED, e.refusal().describe());
      return Optional.empty();
    } catch (WalbeamException e) {
      if (dump.stopped() == TableDump.Stop.CLOSED) {
        throw new InterruptedException();
      }
      return failed(e);
    } catch (RuntimeException e) {
      log.error("The dump of table {} failed; the stream goes on.", table, e);
      progress.end(Status.FAILED, "It failed unexpectedly; report the log.");
      return Optional.of("The dump of table " + table + " failed unexpectedly.");
    }
  }

  private Optional<String> failed(WalbeamException problem) throws InterruptedException {
    DumpEntry entry = progress.entry();
    log.warn(
        "The dump of table {} failed; the stream goes on. {}", entry.table(), problem.describe());
    log.debug("Cause", problem);
    boolean initial = entry.kind() == DumpEntry.Kind.INITIAL;
    boolean refused =
        !initial && problem.kind() == FailureKind.OPERATOR && entry.course().startedMicros() == 0;
    progress.end(refused ? Status.REFUSED : Status.FAILED, problem.describe());
    return initial ? Optional.of(problem.describe()) : Optional.empty();
  }

  private void sayFinished(DumpEntry over, double seconds) {
    log.info(
        String.format(
            Locale.ROOT,
            "Dumped table %s: %,d rows written, %,d dead letters in %.1f s, %,.0f rows/s, %.1f"
                + " MB/s.",
            over.table(),
            progress.ownRows(),
            progress.ownDeadLetters(),
            seconds,
            progress.ownRows() / seconds,
            progress.ownBytes() / seconds / 1e6));
  }
}
