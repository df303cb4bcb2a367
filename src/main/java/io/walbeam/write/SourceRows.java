package io.walbeam.write;

import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReadBack;
import io.walbeam.postgres.ReadBackAnswer;
import io.walbeam.postgres.ReadBackRequest;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.Stalls;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Looks up rows at the source, and waits as long as it takes: for a transaction to become visible,
 * for PostgreSQL to come back, for a person to grant what is missing. Thread-safe.
 */
public final class SourceRows implements AutoCloseable {
  /** Connections of one JVM: look-ups are rare, and connections of the source are not ours. */
  private static final int CONNECTIONS = 2;

  /**
   * A transaction mostly is visible within a round trip; one that is not for seconds waits for a
   * standby.
   */
  private static final RetryPolicy VISIBILITY =
      new RetryPolicy(
          Duration.ofMillis(20), Duration.ofMillis(20), Duration.ZERO, Duration.ofSeconds(2));

  /** Soon after a restart, no storm while it is down; a person is not awaited closely. */
  private static final RetryPolicy REACHING =
      new RetryPolicy(
          Duration.ofMillis(50),
          Duration.ofSeconds(4),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1));

  private static final String NOT_VISIBLE =
      "A transaction is committed but not visible to others yet, as it waits for a synchronous"
          + " standby. Check synchronous_standby_names.";

  private final PostgresSettings settings;
  private final Stalls stalls;
  private final LetGo letGo;
  private final Semaphore permits = new Semaphore(CONNECTIONS, true);
  private final Deque<Idle> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param letGo the tables that hold nothing up any more
   */
  public SourceRows(PostgresSettings settings, Stalls stalls, LetGo letGo) {
    this.settings = settings;
    this.stalls = stalls;
    this.letGo = letGo;
  }

  /**
   * Asks until there is an answer, never {@link ReadBackAnswer.InProgress}. Rows that a person must
   * make readable are gone once their table is let go.
   *
   * @param table name of the destination table, for the stall
   */
  public ReadBackAnswer read(String table, ReadBackRequest request) throws InterruptedException {
    String read = LetGo.readingOf(table);
    Optional<Refusal> given = letGo.refusal(read);
    if (given.isPresent()) {
      return new ReadBackAnswer.Gone(given.get());
    }
    try (Retry reaching = new Retry(REACHING, Pauses.UNTIL_INTERRUPTED, stalls.of(table));
        Retry seeing = new Retry(VISIBILITY, Pauses.UNTIL_INTERRUPTED, stalls.of(table))) {
      ReadBackAnswer answer = reaching.until(() -> attemptOrLetGo(read, request));
      while (answer instanceof ReadBackAnswer.InProgress) {
        boolean unused = seeing.pause(FailureKind.TRANSIENT, NOT_VISIBLE);
        answer = reaching.until(() -> attemptOrLetGo(read, request));
      }
      seeing.succeeded();
      return answer;
    }
  }

  private ReadBackAnswer attemptOrLetGo(String read, ReadBackRequest request)
      throws InterruptedException {
    try {
      ReadBackAnswer answer = attempt(request);
      letGo.ended(read);
      return answer;
    } catch (WalbeamException e) {
      if (e.kind() == FailureKind.OPERATOR) {
        letGo.waits(
            read,
            new Refusal(
                Stage.READ_BACK,
                ErrorClass.PERMISSION,
                String.valueOf(e.getMessage()),
                e.remedy()));
        if (letGo.isOver(read)) {
          return new ReadBackAnswer.Gone(letGo.refusalOf(read));
        }
      }
      throw e;
    }
  }

  private ReadBackAnswer attempt(ReadBackRequest request) throws InterruptedException {
    permits.acquire();
    try {
      ReadBack readBack = take();
      try {
        return readBack.read(request);
      } finally {
        giveBack(readBack);
      }
    } finally {
      permits.release();
    }
  }

  private synchronized ReadBack take() {
    Idle last = idle.poll();
    return last == null ? new ReadBack(settings) : last.readBack();
  }

  private synchronized void giveBack(ReadBack readBack) {
    if (closed) {
      readBack.close();
    } else {
      idle.push(new Idle(readBack, System.nanoTime()));
    }
  }

  /** Closes connections that were not used for so long; they are opened again when needed. */
  public synchronized void closeIdle(Duration least) {
    long now = System.nanoTime();
    idle.removeIf(
        one -> {
          boolean old = now - one.since() >= least.toNanos();
          if (old) {
            one.readBack().close();
          }
          return old;
        });
  }

  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(one -> one.readBack().close());
    idle.clear();
  }

  private record Idle(ReadBack readBack, long since) {}
}
