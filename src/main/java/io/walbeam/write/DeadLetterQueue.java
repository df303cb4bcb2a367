package io.walbeam.write;

import io.walbeam.deadletter.DeadLetter;
import io.walbeam.sink.DeadLetterSink;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Writes dead letters in another thread, one list after the other, so that a dead-letter table that
 * waits costs one thread and not one for each bundle. Thread-safe.
 */
public final class DeadLetterQueue {
  private final String table;
  private final DeadLetterSink sink;
  private final Executor executor;
  private final Clock clock;
  private final MissedChanges missed;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

  /**
   * @param table name of the dead-letter table
   * @param missed remembers what tables miss that were let go
   */
  public DeadLetterQueue(
      String table, DeadLetterSink sink, Executor executor, Clock clock, MissedChanges missed) {
    this.missed = missed;
    this.table = table;
    this.sink = sink;
    this.executor = executor;
    this.clock = clock;
  }

  /** Name of the dead-letter table. */
  String table() {
    return table;
  }

  /** Returns when the dead letters are durable. */
  public void write(List<DeadLetter> letters) throws InterruptedException {
    sink.write(letters);
  }

  /** The same for rows that the destination or the mapping refused. */
  public void bury(List<RefusedRow> refused) throws InterruptedException {
    DeadLetterBox box = new DeadLetterBox(clock);
    missed.remember(refused).forEach(box::add);
    if (!box.isEmpty()) {
      write(box.take());
    }
  }

  /** Which of the rows become dead letters; what is remembered of the others is durable then. */
  List<RefusedRow> remember(List<RefusedRow> refused) throws InterruptedException {
    return missed.remember(refused);
  }

  /**
   * {@link #write} in another thread.
   *
   * @return refuses no row: a dead letter is written or the write fails
   */
  synchronized CompletableFuture<List<RefusedRow>> submit(List<DeadLetter> letters) {
    CompletableFuture<List<RefusedRow>> result = new CompletableFuture<>();
    last =
        last.handleAsync(
            (before, error) -> {
              Futures.complete(
                  result,
                  () -> {
                    write(letters);
                    return List.of();
                  });
              return null;
            },
            executor);
    return result;
  }
}
