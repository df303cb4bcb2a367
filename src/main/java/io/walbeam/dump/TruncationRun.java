package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.Route;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DumpEntry;
import io.walbeam.sink.DumpEntry.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies one truncation out of the ledger: once everything before it is written and shows, deletes
 * what is older than it. The ledger has it before the position passes it, so a restart applies it.
 */
final class TruncationRun implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(TruncationRun.class);

  /** Each try ends older dumps and asks the destination anew, so there are few. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO);

  /** Ends the dumps of a table that a truncation makes needless. */
  @FunctionalInterface
  interface OlderDumps {
    /** Returns when none is under way that was asked for before {@code commitLsn}. */
    void end(TableId table, long commitLsn) throws InterruptedException;
  }

  private final DumpContext context;
  private final DumpQueue queue;
  private final AtomicLong version;
  private final OlderDumps older;
  private final LetGoNote letGo;
  private final DumpEntry entry;

  /**
   * @param queue that the entry was taken from
   * @param version of the ledger's rows, ascending
   */
  TruncationRun(
      DumpContext context,
      DumpQueue queue,
      AtomicLong version,
      OlderDumps older,
      LetGoNote letGo,
      DumpEntry entry) {
    this.context = context;
    this.queue = queue;
    this.version = version;
    this.older = older;
    this.letGo = letGo;
    this.entry = entry;
  }

  /** Applies it and notes that, however long it takes. */
  @Override
  public void run() {
    try (Retry retry =
        new Retry(
            POLICY, Pauses.UNTIL_INTERRUPTED, context.stalls().of(entry.table().toString()))) {
      DumpEntry ended =
          retry.until(
              () -> {
                try {
                  DumpEntry over = apply().ownedBy(context.owner());
                  context.ledger().write(List.of(over), version.incrementAndGet());
                  return over;
                } catch (RuntimeException e) {
                  throw triedAgain(e);
                }
              });
      queue.truncated(ended);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whatever it is, a person may mend it without a restart. */
  static WalbeamException triedAgain(RuntimeException failure) {
    WalbeamException known =
        WalbeamException.of(failure, "The truncation of the table failed unexpectedly.");
    if (POLICY.retries(known.kind())) {
      return known;
    }
    log.warn("A truncation failed in a way that nobody expected; it is tried again.", failure);
    return new WalbeamException(
        FailureKind.OPERATOR, String.valueOf(known.getMessage()), known.remedy(), failure);
  }

  private DumpEntry apply() throws InterruptedException {
    Truncation truncation = TruncationEntry.read(entry);
    Optional<TableMapping> mapping = mapping();
    if (mapping.isEmpty()) {
      return entry.over(
          Status.FAILED,
          context.nowMicros(),
          "The table is not published any more. Delete its rows in "
              + context.tables().place()
              + " by hand.");
    }
    try {
      carryOut(truncation, mapping.get());
    } catch (LetGoException e) {
      // The dump that brings the table back deletes what the source no longer has.
      letGo.write(entry, e);
      return entry.over(Status.SUPERSEDED, context.nowMicros(), e.refusal().describe());
    }
    return entry.over(Status.FINISHED, context.nowMicros(), "");
  }

  private Optional<TableMapping> mapping() throws InterruptedException {
    Optional<Route> route =
        new ChunkAttempts(context, entry.table(), () -> false)
            .of(
                "describe it",
                () ->
                    context
                        .primary()
                        .ask(any -> any.describe(context.settings().replication(), entry.table())))
            .flatMap(context.router()::route);
    return route.flatMap(found -> Optional.ofNullable(found.current()));
  }

  /**
   * Returns when it is applied, or left to a person with a dead letter.
   *
   * @throws LetGoException if it is left to the dump that brings the table back
   */
  void carryOut(Truncation truncation, TableMapping mapping) throws InterruptedException {
    ChangePosition at = truncation.position();
    older.end(truncation.table(), at.commitLsn());
    while (Long.compareUnsigned(context.confirmedLsn(), at.commitLsn()) <= 0
        || !context.handover().isOver(truncation.table(), System.nanoTime())) {
      context.pause();
    }
    // What came before it has ended by now, so whether the table was let go is known.
    if (queue.isLetGo(truncation.table())) {
      String name = mapping.destination().name();
      throw new LetGoException(name, context.letGo().refusalOf(name));
    }
    try {
      long deleted =
          context
              .purge()
              .run(
                  new Purge.Order(
                      mapping,
                      at,
                      at,
                      truncation.commitMicros(),
                      Operation.TRUNCATE,
                      context.settings().options().truncateLimit()));
      log.info(
          "Table {} was truncated; {} rows of {} are deleted.",
          truncation.table(),
          deleted,
          mapping.destination().name());
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.OPERATOR) {
        throw e;
      }
      leave(truncation, e);
    }
  }

  private void leave(Truncation truncation, WalbeamException reason) throws InterruptedException {
    log.warn("Table {} was truncated. {}", truncation.table(), reason.describe());
    context
        .deadLetters()
        .write(
            List.of(
                new DeadLetter(
                    context.nowMicros(),
                    new Refusal(
                        Stage.TRUNCATE,
                        ErrorClass.TRUNCATED,
                        String.valueOf(reason.getMessage()),
                        reason.remedy()),
                    new DeadLetter.Change(
                        truncation.table(),
                        Operation.TRUNCATE,
                        truncation.position(),
                        truncation.transactionId(),
                        truncation.commitMicros()),
                    "{}",
                    "{}",
                    new byte[0])));
  }
}
