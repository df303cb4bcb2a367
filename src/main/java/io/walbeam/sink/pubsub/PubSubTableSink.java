package io.walbeam.sink.pubsub;

import com.google.protobuf.ByteString;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.Stage;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyedLine;
import io.walbeam.sink.CountingSinkMetrics;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.Waits;
import java.time.Duration;
import java.util.List;

/** Publishes rows as messages, and returns when each is acknowledged. Thread-safe. */
final class PubSubTableSink implements TableSink {
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5));

  /**
   * Of rows that share ordering keys, each of which has requests of its own: with 64 of them a
   * quarter of a megabyte each. Small enough that the others of a bundle find room beside it.
   */
  private static final long BEST_BYTES_SHARED = 16L << 20;

  private static final Refusal REFUSAL =
      new Refusal(
          Stage.APPEND,
          ErrorClass.ROW_REFUSED,
          "Pub/Sub refuses the message and does not say why.",
          "Compare it with the limits of Pub/Sub's documentation.");

  private final Topic topic;
  private final Messages messages;
  private final Waits waits;
  private final Stalls stalls;
  private final CountingSinkMetrics metrics;

  PubSubTableSink(
      Topic topic, Messages messages, Waits waits, Stalls stalls, CountingSinkMetrics metrics) {
    this.topic = topic;
    this.messages = messages;
    this.waits = waits;
    this.stalls = stalls;
    this.metrics = metrics;
  }

  @Override
  public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    if (rows.isEmpty()) {
      return List.of();
    }
    long begin = System.nanoTime();
    long bytes = 0;
    List<Integer> refused;
    try (Retry retry = new Retry(POLICY, waits, stalls.of(table.name()))) {
      OrderedPublishing publishing = new OrderedPublishing(topic, waits, retry);
      MessageEncoder encoder =
          new MessageEncoder(
              messages.source(table, KeyedLine.of(rows.get(0))), messages.elsewhere());
      for (int i = 0; i < rows.size(); i++) {
        KeyedLine line = KeyedLine.of(rows.get(i));
        String orderingKey = encoder.orderingKey(line);
        ByteString message = encoder.encode(line, orderingKey);
        bytes += line.length();
        publishing.add(orderingKey, message, i);
      }
      refused = publishing.finish();
    }
    refused.forEach(row -> metrics.rejected(table.name(), ErrorClass.ROW_REFUSED));
    metrics.appended(table.name(), rows.size() - refused.size(), bytes, System.nanoTime() - begin);
    return refused.stream().sorted().map(row -> new RejectedRow(row, REFUSAL)).toList();
  }

  @Override
  public String place() {
    return "Pub/Sub";
  }

  @Override
  public boolean keepsOrder() {
    return true;
  }

  @Override
  public long bestBytes() {
    return messages.sharesKeys() ? BEST_BYTES_SHARED : BEST_BYTES;
  }

  /** Closing is the owner's. */
  @Override
  public void close() {}
}
