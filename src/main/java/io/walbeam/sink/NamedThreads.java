package io.walbeam.job;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that write rows, named and never in the way of an exit. */
final class WriterThreads implements ThreadFactory {
  private final AtomicInteger number = new AtomicInteger();

  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "walbeam-writer-" + number.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
