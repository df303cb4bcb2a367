package io.walbeam.sink;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sleeps that closing the sink ends. Thread-safe. */
public final class Waits implements Pauses {
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Waits for {@code duration}.
   *
   * @throws WalbeamException of kind TRANSIENT if the sink is or gets closed
   */
  public void sleep(Duration duration) throws InterruptedException {
    if (closed.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
      throw closed();
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public boolean pause(Duration duration) throws InterruptedException {
    sleep(duration);
    return true;
  }

  public void close() {
    closed.countDown();
  }

  /** What a wait ends with that closing ended. */
  public static WalbeamException closed() {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "The destination was closed while a write was under way.",
        "The rows come again from the replication slot; nothing is to be done.");
  }
}
