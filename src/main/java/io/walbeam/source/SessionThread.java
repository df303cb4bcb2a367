package io.walbeam.source;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A thread that begins with a session's first stream and ends with the session. Thread-safe. */
final class SessionThread implements AutoCloseable {
  /** What it does; returns soon after it was interrupted or {@link #pause} said so. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  SessionThread(String name, Work work) {
    thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
  }

  /** There is a stream. Only the first call, before the session's end, has an effect. */
  void start() {
    if (started.getCount() > 0 && closing.getCount() > 0) {
      thread.start();
      started.countDown();
    }
  }

  /** Waits, not beyond the end of the session; returns whether that has come. */
  boolean pause(long millis) throws InterruptedException {
    return closing.await(millis, TimeUnit.MILLISECONDS);
  }

  /** The session ends. Waits for nothing. */
  @Override
  public void close() {
    closing.countDown();
  }

  /** Waits until the thread has ended; returns whether it has. */
  boolean join(long millis) throws InterruptedException {
    if (started.getCount() == 0) {
      thread.join(millis);
    }
    return !thread.isAlive();
  }
}
