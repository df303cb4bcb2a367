package io.walbeam.sink.pubsub;

import com.google.api.core.ApiFuture;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A topic, and how much may be on the way to it at a time, whoever publishes. Thread-safe.
 *
 * <p>What a request waits inside the client counts to its deadline: with more on the way than a
 * server lets run, or than the network carries in that time, requests would be sent again without
 * end.
 */
final class Topic {
  /** Sends a request, once. */
  @FunctionalInterface
  interface Calls {
    ApiFuture<PublishResponse> publish(PublishRequest request, Duration timeout);
  }

  /** Requests on their way; Google's servers let 100 run on a connection. */
  static final int MOST_REQUESTS = 256;

  /** Bytes of messages on their way: 100 ms of 100 MB/s, and one request of the largest size. */
  private static final int MOST_BYTES = 10_000_000;

  private final String name;
  private final Calls calls;
  private final Semaphore requests = new Semaphore(MOST_REQUESTS);
  private final Semaphore bytes = new Semaphore(MOST_BYTES, true);
  private volatile boolean everTaken;

  /**
   * @param name {@code projects/p/topics/t}
   */
  Topic(String name, Calls calls) {
    this.name = name;
    this.calls = calls;
  }

  /** {@code projects/p/topics/t}. */
  String name() {
    return name;
  }

  /** Waits for room for a request; returns whether there was some in this time. */
  boolean awaitRoom(Publication publication, long millis) throws InterruptedException {
    if (!requests.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      return false;
    }
    if (bytes.tryAcquire(size(publication), millis, TimeUnit.MILLISECONDS)) {
      return true;
    }
    requests.release();
    return false;
  }

  private static int size(Publication publication) {
    return Math.min(MOST_BYTES, publication.bytes());
  }

  /** Gives back the room of a request. */
  void release(Publication publication) {
    bytes.release(size(publication));
    requests.release();
  }

  /** Sends a request that has room. */
  ApiFuture<PublishResponse> publish(Publication publication, Duration timeout) {
    return calls.publish(publication.request(name), timeout);
  }

  /** Notes that Pub/Sub has taken messages, so that nobody need look at the topic's name. */
  void noteTaken() {
    everTaken = true;
  }

  /** Whether Pub/Sub has ever taken messages. */
  boolean hasEverTaken() {
    return everTaken;
  }
}
