package io.walbeam.local.standin.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Delivery, redelivery and order. */
class MessageQueueTest {
  private static final long DEADLINE = 10;

  private long now;
  private final MessageQueue ordered = new MessageQueue(true, () -> now);
  private final MessageQueue unordered = new MessageQueue(false, () -> now);

  private static PubsubMessage message(String key, String data) {
    return PubsubMessage.newBuilder()
        .setOrderingKey(key)
        .setData(ByteString.copyFromUtf8(data))
        .build();
  }

  private static List<String> data(List<ReceivedMessage> messages) {
    return messages.stream().map(message -> message.getMessage().getData().toStringUtf8()).toList();
  }

  private static List<String> ids(List<ReceivedMessage> messages) {
    return messages.stream().map(ReceivedMessage::getAckId).toList();
  }

  private List<ReceivedMessage> take(MessageQueue queue) {
    return queue.take(100, 1_000_000, DEADLINE);
  }

  @Test
  void aMessageIsOutOnceUntilItsDeadlineAndGoneWhenItIsAcknowledged() {
    unordered.add(message("", "a"));
    List<ReceivedMessage> first = take(unordered);
    assertThat(take(unordered)).isEmpty();
    now += DEADLINE - 1;
    assertThat(unordered.expire()).isZero();
    now += 1;
    assertThat(unordered.expire()).isOne();
    assertThat(unordered.acknowledge(ids(first))).as("too late").isZero();
    List<ReceivedMessage> again = take(unordered);
    assertThat(data(again)).containsExactly("a");
    assertThat(unordered.acknowledge(ids(again))).isOne();
    assertThat(unordered.size()).isZero();
  }

  @Test
  void aDeadlineIsMovedAndOneOfZeroBringsTheMessageBackAtOnce() {
    unordered.add(message("", "a"));
    String id = take(unordered).get(0).getAckId();
    unordered.modify(id, 100);
    now += 50;
    assertThat(unordered.expire()).isZero();
    unordered.modify(id, 0);
    assertThat(data(take(unordered))).containsExactly("a");
  }

  @Test
  void aKeyHasNothingLaterOutWhileSomethingIsOut() {
    ordered.add(message("k", "1"));
    List<ReceivedMessage> first = take(ordered);
    ordered.add(message("k", "2"));
    ordered.add(message("k", "3"));
    ordered.add(message("other", "x"));
    assertThat(data(take(ordered))).containsExactly("x");
    ordered.acknowledge(ids(first));
    assertThat(data(take(ordered))).containsExactly("2", "3");
  }

  @Test
  void whatComesBackBringsEveryLaterMessageOfItsKey() {
    ordered.add(message("k", "1"));
    List<ReceivedMessage> first = take(ordered);
    for (int i = 2; i <= 4; i++) {
      ordered.add(message("k", Integer.toString(i)));
    }
    ordered.acknowledge(ids(first));
    List<ReceivedMessage> out = take(ordered);
    ordered.acknowledge(List.of(out.get(0).getAckId()));
    ordered.modify(out.get(1).getAckId(), 0);
    assertThat(ordered.acknowledge(List.of(out.get(2).getAckId())))
        .as("it was taken back with the one before it")
        .isZero();
    List<ReceivedMessage> again = take(ordered);
    assertThat(data(again)).containsExactly("3", "4");
    ordered.acknowledge(ids(again));
    ordered.add(message("k", "5"));
    assertThat(data(take(ordered))).containsExactly("5");
  }

  @Test
  void whatACallHadOutComesBackWhenItEnds() {
    unordered.add(message("", "a"));
    unordered.add(message("", "b"));
    List<ReceivedMessage> out = take(unordered);
    Set<String> ids = new HashSet<>(ids(out));
    unordered.acknowledge(List.of(out.get(0).getAckId()));
    unordered.keepThoseOut(ids);
    assertThat(ids).hasSize(1);
    unordered.release(ids);
    assertThat(data(take(unordered))).containsExactly("b");
  }

  @Test
  void anAnswerHasNoMoreThanIsWanted() {
    for (int i = 0; i < 10; i++) {
      unordered.add(message("", "0123456789"));
    }
    assertThat(unordered.take(3, 1_000, DEADLINE)).hasSize(3);
    assertThat(unordered.take(100, 1, DEADLINE)).as("one at least").hasSize(1);
  }
}
