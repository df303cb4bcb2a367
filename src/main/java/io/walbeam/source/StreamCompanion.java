package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.SideConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and ends what goes along with a session, and writes its fence, on a thread of its own:
 * either end may not answer for long. Thread-safe.
 */
final class StreamCompanion implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamCompanion.class);

  /** Pause before a step is tried again, and between two looks, milliseconds. */
  private static final long RETRY_MILLIS = 1_000;

  private final SideConnection side;
  private final @Nullable Fence fence;
  private final StreamHook hook;
  private final SessionThread thread;
  private volatile @Nullable WalbeamException failure;

  /** Companion thread only. */
  private boolean hooked;

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
    thread.start();
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
    try {
      boolean ended = false;
      while (!ended && !hooked) {
        ended = start();
      }
      // What goes along has asked for its dumps by now, so they are in front of the fence.
      while (!ended && fence != null && !isWritten(fence)) {
        ended = pause();
      }
      while (!pause()) {
        hook.check();
      }
    } catch (WalbeamException e) {
      failure = e;
    } catch (RuntimeException e) {
      failure =
          new WalbeamException(
              FailureKind.BUG, "What goes along with the stream failed.", "Report it.", e);
    } finally {
      if (hooked) {
        hook.streamEnded();
      }
    }
  }

  /** Returns whether the session has ended. */
  private boolean start() throws InterruptedException {
    try {
      hook.streamStarted(side::emit);
      hooked = true;
      return false;
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.TRANSIENT) {
        throw e;
      }
      log.debug("What goes along with the stream is started later", e);
      return pause();
    }
  }

  private boolean isWritten(Fence wanted) {
    try {
      side.emit(Fence.PREFIX, wanted.content());
      return true;
    } catch (WalbeamException e) {
      log.debug("The fence is written later", e);
      return false;
    }
  }

  private boolean pause() throws InterruptedException {
    return thread.pause(RETRY_MILLIS);
  }
}
