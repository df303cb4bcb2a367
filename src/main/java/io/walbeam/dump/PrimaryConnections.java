package io.walbeam.dump;

import io.walbeam.postgres.DumpConnection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The connections to the primary that all dumps of a process share. Each is taken for one question
 * or one chunk and given back, so there are a few of them however many tables wait, and no table
 * waits for the whole of another. Thread-safe.
 */
final class PrimaryConnections implements Asking {
  private final Supplier<DumpConnection> opening;
  private final Semaphore asking;
  private final Semaphore reading;

  /** Nobody uses them. The last one first, so that the others are closed when they are idle. */
  private final Deque<DumpConnection> free = new ArrayDeque<>();

  /**
   * @param most chunks that are read at a time, and questions asked beside them
   */
  PrimaryConnections(Supplier<DumpConnection> opening, int most) {
    this.opening = opening;
    this.asking = new Semaphore(most, true);
    this.reading = new Semaphore(most, true);
  }

  /** Asks something short. May be called while a chunk is read. */
  @Override
  public <T> T ask(Question<T> question) throws InterruptedException {
    asking.acquire();
    try {
      return overAny(question);
    } finally {
      asking.release();
    }
  }

  /** Reads a chunk, once it is its turn. */
  <T> T read(Question<T> chunk) throws InterruptedException {
    reading.acquire();
    try {
      return overAny(chunk);
    } finally {
      reading.release();
    }
  }

  /** Reads a chunk over a connection that the dump has of its own, once it is its turn. */
  <T> T read(DumpConnection connection, Question<T> chunk) throws InterruptedException {
    reading.acquire();
    try {
      return chunk.of(connection);
    } finally {
      reading.release();
    }
  }

  /** One on which something failed opens itself anew. */
  private <T> T overAny(Question<T> question) throws InterruptedException {
    DumpConnection connection = take();
    try {
      return question.of(connection);
    } finally {
      giveBack(connection);
    }
  }

  private synchronized DumpConnection take() {
    DumpConnection known = free.poll();
    return known == null ? opening.get() : known;
  }

  private synchronized void giveBack(DumpConnection connection) {
    free.push(connection);
  }
}
