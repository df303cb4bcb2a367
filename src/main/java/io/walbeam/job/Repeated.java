package io.walbeam.job;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Does the same again and again beside a job, on a thread of its own. Thread-safe. */
final class Repeated implements AutoCloseable {
  /** What is done; an exception ends the thread. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  private final Duration pause;
  private final Work work;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /**
   * Begins with a pause.
   *
   * @param name of the thread
   */
  Repeated(String name, Duration pause, Work work) {
    this.pause = pause;
    this.work = work;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        work.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Not again; what goes on now comes to its end. Waits for nothing. */
  @Override
  public void close() {
    closing.countDown();
  }

  /** Not again, and what goes on now is interrupted. Waits for nothing. */
  void interrupt() {
    closing.countDown();
    thread.interrupt();
  }
}
