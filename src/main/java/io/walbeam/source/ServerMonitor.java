package io.walbeam.source;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.ServerSample;
import io.walbeam.postgres.SideConnection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples the server's WAL position about once a second, on a thread of its own, and writes the
 * fence once. Thread-safe; an error is tried again at the next turn.
 */
final class ServerMonitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServerMonitor.class);

  /** Time between two samples, milliseconds. */
  private static final long INTERVAL_MILLIS = 1_000;

  /** End of the WAL, the server's clock and the slot then; zeros before the first sample. */
  record Sample(long flushLsn, long timeMicros, long confirmedLsn) {}

  private final SideConnection side;
  private final String slot;
  private final @Nullable Fence fence;
  private final Runnable look;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile Sample sample = new Sample(0, 0, 0);
  private final StreamHook hook;
  private boolean hooked;
  private volatile @Nullable WalbeamException failure;
  private boolean fenceWritten;

  /**
   * @param look called at every turn, on the monitor's thread
   */
  ServerMonitor(
      SideConnection side, String slot, @Nullable Fence fence, StreamHook hook, Runnable look) {
    this.look = look;
    this.side = side;
    this.slot = slot;
    this.fence = fence;
    this.hook = hook;
    this.thread = new Thread(this::run, "walbeam-monitor-" + slot);
    thread.setDaemon(true);
  }

  /** The stream runs, so a fence written from now on is seen. Session thread only. */
  void streamStarted() {
    if (started.getCount() > 0 && closing.getCount() > 0) {
      thread.start();
      started.countDown();
    }
  }

  /** Why the run cannot go on, null if it can. */
  @Nullable WalbeamException failure() {
    return failure;
  }

  Sample sample() {
    return sample;
  }

  long flushLsn() {
    return sample.flushLsn();
  }

  @Override
  public void close() {
    closing.countDown();
  }

  boolean join(long millis) throws InterruptedException {
    if (started.getCount() == 0) {
      thread.join(millis);
    }
    return !thread.isAlive();
  }

  private void run() {
    try {
      do {
        try {
          if (!hooked) {
            hook.streamStarted(side::emit);
            hooked = true;
          }
          if (fence != null && !fenceWritten) {
            side.emit(Fence.PREFIX, fence.content());
            fenceWritten = true;
          }
          ServerSample read = side.sample(slot);
          sample = new Sample(read.flushLsn(), read.timeMicros(), read.confirmedFlushLsn());
          look.run();
        } catch (WalbeamException e) {
          if (!hooked && e.kind() != FailureKind.TRANSIENT) {
            failure = e;
            return;
          }
          log.debug("No sample of the WAL position", e);
        }
      } while (!closing.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (hooked) {
        hook.streamEnded();
      }
    }
  }
}
