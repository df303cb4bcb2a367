package io.walbeam.source;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands batches from the session's thread to the reader, counted in bytes. {@link #put} never
 * waits: the session must not stop answering the server, so it asks {@link #isFull} before it
 * reads.
 */
final class BatchQueue {
  /** Bytes at which the session stops reading. */
  static final long LIMIT_BYTES = 64L << 20;

  /** What a batch costs beyond its messages. */
  private static final int OVERHEAD_BYTES = 256;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
  private final long limit;
  private final AtomicLong bytes = new AtomicLong();
  private boolean closed;

  BatchQueue(long limit) {
    this.limit = limit;
  }

  void put(Delivery delivery) {
    lock.lock();
    try {
      deliveries.add(delivery);
      bytes.addAndGet(cost(delivery));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The next batch, null if none came in time or the queue is closed. */
  @Nullable Delivery poll(long waitNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = waitNanos;
      while (deliveries.isEmpty() && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      Delivery delivery = deliveries.poll();
      if (delivery != null) {
        bytes.addAndGet(-cost(delivery));
        changed.signalAll();
      }
      return delivery;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is room, or the time is over. */
  void awaitRoom(long waitMillis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(waitMillis);
      while (isFull() && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everybody; what is inside stays readable. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isFull() {
    return bytes.get() >= limit;
  }

  boolean isEmpty() {
    return bytes.get() == 0;
  }

  /** Bytes waiting. */
  long bytes() {
    return bytes.get();
  }

  private static long cost(Delivery delivery) {
    return (long) delivery.batch().messages().length + OVERHEAD_BYTES;
  }
}
