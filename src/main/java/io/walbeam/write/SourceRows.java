package io.walbeam.write;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReadBack;
import io.walbeam.sink.Stalls;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Looks up rows at the source, and waits as long as it takes: for a transaction to become visible,
 * for PostgreSQL to come back, for a person to grant what is missing. Thread-safe.
 */
public final class SourceRows implements AutoCloseable {
  /** Connections of one JVM: look-ups are rare, and connections of the source are not ours. */
  private static final int CONNECTIONS = 2;

  /** Between two looks whether a transaction is visible: it mostly is within a round trip. */
  private static final Duration VISIBILITY_POLL = Duration.ofMillis(20);

  /** A transaction not visible for this long is shown as a stall. */
  private static final Duration VISIBILITY_STALL = Duration.ofSeconds(2);

  /** Between two attempts to reach PostgreSQL: soon after a restart, no storm while it is down. */
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(2);

  /** Between two attempts that a person must make possible. */
  private static final Duration PARKED_INTERVAL = Duration.ofSeconds(10);

  private final PostgresSettings settings;
  private final Stalls stalls;
  private final Semaphore permits = new Semaphore(CONNECTIONS, true);
  private final Deque<Idle> idle = new ArrayDeque<>();
  private boolean closed;

  public SourceRows(PostgresSettings settings, Stalls stalls) {
    this.settings = settings;
    this.stalls = stalls;
  }

  /**
   * Asks until there is an answer, never {@link ReadBack.InProgress}.
   *
   * @param table name of the destination table, for the stall
   */
  public ReadBack.Answer read(String table, ReadBack.Request request) throws InterruptedException {
    long begin = System.nanoTime();
    boolean failed = false;
    try (Waiting waiting = new Waiting(table)) {
      while (true) {
        try {
          ReadBack.Answer answer = attempt(request);
          if (!(answer instanceof ReadBack.InProgress)) {
            return answer;
          }
          if (System.nanoTime() - begin > VISIBILITY_STALL.toNanos()) {
            waiting.show(
                "A transaction is committed but not visible to others yet, as it waits for a"
                    + " synchronous standby. Check synchronous_standby_names.",
                false);
          }
          Thread.sleep(VISIBILITY_POLL.toMillis());
        } catch (WalbeamException e) {
          boolean parked = e.kind() == FailureKind.OPERATOR;
          if (failed || parked) {
            waiting.show(e.describe(), parked);
          }
          // The first failure may be that of a connection that was closed while it was idle.
          if (failed) {
            Thread.sleep((parked ? PARKED_INTERVAL : RETRY_INTERVAL).toMillis());
          }
          failed = true;
        }
      }
    }
  }

  private ReadBack.Answer attempt(ReadBack.Request request) throws InterruptedException {
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

  /** The stall of one call. */
  private final class Waiting implements AutoCloseable {
    private final String table;
    private String shown = "";
    private Stalls.@Nullable Ongoing stall;

    Waiting(String table) {
      this.table = table;
    }

    void show(String reason, boolean parked) {
      if (!reason.equals(shown)) {
        close();
        stall = parked ? stalls.park(table, reason) : stalls.begin(table, reason);
        shown = reason;
      }
    }

    @Override
    public void close() {
      if (stall != null) {
        stall.close();
        stall = null;
      }
    }
  }
}
