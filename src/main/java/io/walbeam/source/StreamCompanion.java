package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.SideConnection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and ends what goes along with a session, and writes its fence, on a thread of its own:
 * either end may not answer for long. While a newer reader has the slot nothing goes along.
 * Thread-safe.
 */
final class StreamCompanion implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamCompanion.class);

  /** Between two looks, milliseconds. */
  private static final long LOOK_MILLIS = 1_000;

  /** Before a step is tried again; what needs a person ends the run. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ZERO, Duration.ofSeconds(5));

  private final SideConnection side;
  private final @Nullable Fence fence;
  private final StreamHook hook;
  private final SessionThread thread;
  private volatile @Nullable WalbeamException failure;

  /** A newer reader has the slot. */
  private volatile boolean lost;

  /** Companion thread only. */
  private boolean hooked;

  private boolean fenced;

  StreamCompanion(SideConnection side, String slot, @Nullable Fence fence, StreamHook hook) {
    this.side = side;
    this.fence = fence;
    this.hook = hook;
    this.thread = new SessionThread("walbeam-companion-" + slot, this::run);
  }

  /**
   * The stream runs and is decoded, so what is written from now on is seen. Session thread only.
   */
  void streamStarted() {
    lost = false;
    thread.start();
  }

  /** A newer reader has the slot: what goes along ends, until there is a stream again. */
  void streamLost() {
    lost = true;
  }

  /** Why the run cannot go on, null if it can. */
  @Nullable WalbeamException failure() {
    return failure;
  }

  @Override
  public void close() {
    thread.close();
  }

  boolean join(long millis) throws InterruptedException {
    return thread.join(millis);
  }

  private void run() throws InterruptedException {
    try (Retry retry = new Retry(POLICY, new UntilTheEnd(), StreamCompanion::waits)) {
      boolean ended = false;
      while (!ended) {
        ended = step(retry);
      }
    } catch (WalbeamException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure =
          new WalbeamException(
              FailureKind.BUG, "What goes along with the stream failed.", "Report it.", e);
    } finally {
      leave();
    }
  }

  /** Returns whether the session has ended. */
  private boolean step(Retry retry) throws InterruptedException {
    Fence wanted = fence;
    if (lost) {
      leave();
    } else if (!hooked) {
      return attempt(retry, this::start);
    } else if (wanted != null && !fenced) {
      // What goes along has asked for its dumps by now, so they are in front of the fence.
      return attempt(retry, () -> write(wanted));
    } else {
      boolean ended = thread.pause(LOOK_MILLIS);
      if (!ended && !lost) {
        hook.check();
      }
      return ended;
    }
    return thread.pause(LOOK_MILLIS);
  }

  private void start() throws InterruptedException {
    hook.streamStarted(side::emit);
    hooked = true;
  }

  private void write(Fence wanted) {
    side.emit(Fence.PREFIX, wanted.content());
    fenced = true;
  }

  private void leave() {
    if (hooked) {
      hooked = false;
      hook.streamEnded();
    }
  }

  private static boolean attempt(Retry retry, SessionThread.Work work) throws InterruptedException {
    try {
      work.run();
      retry.succeeded();
      return false;
    } catch (WalbeamException e) {
      if (!POLICY.retries(e.kind())) {
        throw e;
      }
      return !retry.pause(e.kind(), e.describe());
    }
  }

  private static Retry.Shown waits(String reason, boolean person) {
    log.warn("Dumps and the end of the run wait: {}", reason);
    return new Retry.Shown() {
      @Override
      public void change(String changed, boolean nowPerson) {
        log.warn("Dumps and the end of the run wait: {}", changed);
      }

      @Override
      public void leave() {}

      @Override
      public void close() {
        log.info("Dumps go on.");
      }
    };
  }

  /** Pauses that end with the session. */
  private final class UntilTheEnd implements Pauses {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public boolean pause(Duration duration) throws InterruptedException {
      return !thread.pause(duration.toMillis());
    }
  }
}
