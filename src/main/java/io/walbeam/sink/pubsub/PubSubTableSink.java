package io.walbeam.sink.pubsub;

import com.google.api.core.ApiFuture;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes rows as messages, and returns when each is acknowledged. Thread-safe.
 *
 * <p>The client publishes the messages of one ordering key one request after the other, and fails
 * those behind a failed one until the key is resumed. So what failed is published again in its own
 * order, one message at a time, and nothing of the key can have overtaken it.
 */
final class PubSubTableSink implements TableSink {
  /** The client repeats by itself what passes; what is left is rare. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5));

  private record Sent(int index, PubsubMessage message, ApiFuture<String> id) {}

  /** Between two looks whether a wait has become a stall, or the sink is closed. */
  private static final long LOOK_MILLIS = 500;

  /**
   * Messages on their way if each may be a request: more than a server lets run at a time would
   * wait inside the client until their deadline, be sent again, and so never end.
   */
  private static final int MOST_REQUESTS = 256;

  /** The same if requests have many messages: enough for the longest way and little memory. */
  private static final int MOST_MESSAGES = 20_000;

  private static final String SILENCE =
      "Pub/Sub does not acknowledge messages. They are sent again until it does; if it lasts, look"
          + " at the network and at status.cloud.google.com.";

  private final String topic;
  private final Publisher publisher;
  private final Messages messages;
  private final Semaphore room;
  private final AtomicInteger outstanding = new AtomicInteger();
  private final Waits waits;
  private final Stalls stalls;
  private final CountingSinkMetrics metrics;
  private volatile boolean everPublished;

  /** Of a message that took room; one for all, as there is one for each message. */
  private final Runnable answered;

  PubSubTableSink(
      String topic,
      Publisher publisher,
      Messages messages,
      Waits waits,
      Stalls stalls,
      CountingSinkMetrics metrics) {
    this.topic = topic;
    this.publisher = publisher;
    this.messages = messages;
    this.room = new Semaphore(messages.sharesKeys() ? MOST_MESSAGES : MOST_REQUESTS);
    this.waits = waits;
    this.stalls = stalls;
    this.metrics = metrics;
    this.answered =
        () -> {
          outstanding.decrementAndGet();
          room.release();
        };
  }

  @Override
  public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<Sent> sent = new ArrayList<>(rows.size());
    long bytes = 0;
    List<RejectedRow> rejected = new ArrayList<>();
    try (Retry retry = new Retry(POLICY, waits, stalls.of(table.name()))) {
      for (int i = 0; i < rows.size(); i++) {
        PubsubMessage message = messages.of(table, rows.get(i));
        bytes += message.getData().size();
        awaitRoom(retry);
        sent.add(new Sent(i, message, publish(message, answered)));
      }
      publisher.publishAllOutstanding();
      for (Sent one : sent) {
        if (failure(one.id(), retry) != null && !republish(one, retry)) {
          rejected.add(new RejectedRow(one.index(), refusal()));
          metrics.rejected(table.name(), ErrorClass.ROW_REFUSED);
        }
      }
    }
    everPublished = true;
    metrics.appended(table.name(), rows.size() - rejected.size(), bytes, System.nanoTime() - begin);
    rejected.sort(Comparator.comparingInt(RejectedRow::index));
    return rejected;
  }

  private ApiFuture<String> publish(PubsubMessage message, Runnable then) {
    outstanding.incrementAndGet();
    ApiFuture<String> id = publisher.publish(message);
    id.addListener(then, Runnable::run);
    return id;
  }

  /** Whether messages are on their way. */
  boolean hasOutstanding() {
    return outstanding.get() > 0;
  }

  private void awaitRoom(Retry retry) throws InterruptedException {
    if (room.tryAcquire()) {
      return;
    }
    publisher.publishAllOutstanding();
    while (!room.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      look(retry);
    }
    retry.succeeded();
  }

  /** Shows a stall in time, though the client repeats without a word. */
  private void look(Retry retry) throws InterruptedException {
    waits.sleep(Duration.ZERO);
    if (retry.untilStall().compareTo(Duration.ZERO) <= 0) {
      retry.hangs(SILENCE);
    }
  }

  /** Returns false if Pub/Sub refuses the message for what it is. */
  private boolean republish(Sent one, Retry retry) throws InterruptedException {
    while (true) {
      String key = one.message().getOrderingKey();
      if (!key.isEmpty()) {
        publisher.resumePublish(key);
      }
      ApiFuture<String> id = publish(one.message(), outstanding::decrementAndGet);
      publisher.publishAllOutstanding();
      Throwable failure = failure(id, retry);
      if (failure == null) {
        return true;
      }
      if (PubSubFailures.refuses(failure)) {
        if (!key.isEmpty()) {
          publisher.resumePublish(key);
        }
        return false;
      }
      WalbeamException reason = PubSubFailures.of(failure, topic);
      if ((reason.kind() == FailureKind.OPERATOR && !everPublished)
          || !retry.pause(reason.kind(), reason.describe())) {
        throw reason;
      }
    }
  }

  /** Null if it is acknowledged. */
  private @Nullable Throwable failure(ApiFuture<String> id, Retry retry)
      throws InterruptedException {
    while (true) {
      try {
        String unused = id.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        retry.succeeded();
        return null;
      } catch (ExecutionException e) {
        return e.getCause() == null ? e : e.getCause();
      } catch (TimeoutException e) {
        look(retry);
      }
    }
  }

  private static Refusal refusal() {
    return new Refusal(
        Stage.APPEND,
        ErrorClass.ROW_REFUSED,
        "Pub/Sub refuses the message and does not say why.",
        "Compare it with the limits of Pub/Sub's documentation.");
  }

  @Override
  public String place() {
    return "Pub/Sub";
  }

  @Override
  public boolean keepsOrder() {
    return true;
  }

  /** Closing is the owner's. */
  @Override
  public void close() {}
}
