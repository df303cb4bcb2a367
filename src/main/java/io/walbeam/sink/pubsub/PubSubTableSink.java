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

  private final String topic;
  private final Publisher publisher;
  private final Messages messages;
  private final Waits waits;
  private final Stalls stalls;
  private final CountingSinkMetrics metrics;
  private volatile boolean everPublished;

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
    this.waits = waits;
    this.stalls = stalls;
    this.metrics = metrics;
  }

  @Override
  public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<Sent> sent = new ArrayList<>(rows.size());
    long bytes = 0;
    for (int i = 0; i < rows.size(); i++) {
      PubsubMessage message = messages.of(table, rows.get(i));
      bytes += message.getData().size();
      sent.add(new Sent(i, message, publisher.publish(message)));
    }
    publisher.publishAllOutstanding();
    List<RejectedRow> rejected = new ArrayList<>();
    try (Retry retry = new Retry(POLICY, waits, stalls.of(table.name()))) {
      for (Sent one : sent) {
        if (failure(one.id()) != null && !republish(one, retry)) {
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

  /** Returns false if Pub/Sub refuses the message for what it is. */
  private boolean republish(Sent one, Retry retry) throws InterruptedException {
    while (true) {
      String key = one.message().getOrderingKey();
      if (!key.isEmpty()) {
        publisher.resumePublish(key);
      }
      ApiFuture<String> id = publisher.publish(one.message());
      publisher.publishAllOutstanding();
      Throwable failure = failure(id);
      if (failure == null) {
        retry.succeeded();
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
  private static @Nullable Throwable failure(ApiFuture<String> id) throws InterruptedException {
    try {
      String unused = id.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
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
  public boolean keepsOrder() {
    return true;
  }

  /** Closing is the owner's. */
  @Override
  public void close() {}
}
