package io.walbeam.dump;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.TableMapping;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.OutdatedRows;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies truncations: once everything before one is written and shows, deletes what is older than
 * it. Until then the confirmed position stays below it, so that a restart applies it again.
 * Thread-safe.
 */
public final class Truncations implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Truncations.class);

  private static final long CLOSE_MILLIS = 10_000;

  private final Purge purge;
  private final DeadLetterSink deadLetters;
  private final Dumps dumps;
  private final Positions positions;
  private final Stalls stalls;
  private final long limit;
  private final Duration retry;
  private final Clock clock;
  private final ExecutorService executor;
  private final Set<Truncation> pending = new HashSet<>();

  /**
   * One table's truncation.
   *
   * @param transactionId of the transaction that truncated it
   * @param commitMicros commit time of it
   */
  public record Truncation(
      TableId table, ChangePosition position, long transactionId, long commitMicros) {}

  /**
   * @param limit most rows that are deleted; more is left to a person
   */
  public Truncations(
      OutdatedRows outdated,
      TableSink tables,
      DeadLetterSink deadLetters,
      Stalls stalls,
      Dumps dumps,
      Positions positions,
      long limit,
      Duration retry,
      Clock clock) {
    this.purge = new Purge(outdated, tables, stalls);
    this.stalls = stalls;
    this.deadLetters = deadLetters;
    this.dumps = dumps;
    this.positions = positions;
    this.limit = limit;
    this.retry = retry;
    this.clock = clock;
    this.executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "walbeam-truncation");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins to apply a truncation; the position is held back when this returns. */
  public void apply(Truncation truncation, TableMapping mapping) {
    synchronized (pending) {
      if (!pending.add(truncation)) {
        return;
      }
    }
    Positions.Hold hold = positions.hold(truncation.position().commitLsn());
    try {
      executor.execute(() -> attempt(truncation, mapping, hold));
    } catch (RejectedExecutionException e) {
      // The run is ending; the position stays where it is, and the truncation comes again.
    }
  }

  private void attempt(Truncation truncation, TableMapping mapping, Positions.Hold hold) {
    try {
      carryOut(truncation, mapping);
      // Only now: whatever ends the attempt before, the stream brings the truncation again.
      hold.close();
      synchronized (pending) {
        pending.remove(truncation);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The position does not move until the next start.
      park(stalls, truncation.table(), e);
    }
  }

  /** Says for the life of the process that a truncation failed in a way nobody thought of. */
  static void park(Stalls stalls, TableId table, RuntimeException failure) {
    WalbeamException known =
        WalbeamException.of(failure, "The truncation of the table failed unexpectedly.");
    Stalls.Ongoing unused =
        stalls.park(table.toString(), known.describe() + " The next start applies it again.");
    log.debug("Cause", failure);
  }

  @Override
  public void close() {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        log.warn("A truncation does not end; it is applied again at the next start.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Applies a truncation and returns when that is done, or when it is left to a person with a dead
   * letter. Tries again until then.
   */
  public void carryOut(Truncation truncation, TableMapping mapping) throws InterruptedException {
    ChangePosition at = truncation.position();
    dumps.truncated(truncation.table(), at.commitLsn());
    positions.awaitWritten(at.commitLsn());
    while (true) {
      try {
        long deleted =
            purge.run(
                new Purge.Order(
                    mapping, at, at, truncation.commitMicros(), Operation.TRUNCATE, limit));
        log.info(
            "Table {} was truncated; {} rows of {} are deleted.",
            truncation.table(),
            deleted,
            mapping.destination().name());
        return;
      } catch (WalbeamException e) {
        if (e.kind() == FailureKind.OPERATOR) {
          leave(truncation, e);
          return;
        }
        log.warn("The truncation of {} is tried again. {}", truncation.table(), e.describe());
        Thread.sleep(retry.toMillis());
      }
    }
  }

  private void leave(Truncation truncation, WalbeamException reason) throws InterruptedException {
    log.warn("Table {} was truncated. {}", truncation.table(), reason.describe());
    deadLetters.write(
        List.of(
            new DeadLetter(
                ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()),
                "truncate",
                "TRUNCATE",
                String.valueOf(reason.getMessage()),
                reason.remedy(),
                truncation.table(),
                Operation.TRUNCATE,
                truncation.position(),
                truncation.transactionId(),
                truncation.commitMicros(),
                "{}",
                "{}",
                new byte[0])));
  }
}
