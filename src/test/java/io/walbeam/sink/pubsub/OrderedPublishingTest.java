package io.walbeam.sink.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.ScriptedPauses;
import io.walbeam.failure.WalbeamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Order, repetition and refusal, whatever a topic does. */
class OrderedPublishingTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5));

  private final ScriptedPauses pauses = new ScriptedPauses();

  private static ByteString message(int keys, int row) {
    return PubsubMessage.newBuilder()
        .setOrderingKey(key(keys, row))
        .setData(ByteString.copyFromUtf8(Integer.toString(row)))
        .build()
        .toByteString();
  }

  private static String key(int keys, int row) {
    return "k" + row % keys;
  }

  /** Publishes messages of so many keys by turns; returns what is refused. */
  private List<Integer> publish(FakeTopic topic, int keys, int rows) throws Exception {
    try (Retry retry = new Retry(POLICY, pauses, Retry.Board.NONE)) {
      OrderedPublishing publishing =
          new OrderedPublishing(new Topic("projects/p/topics/t", topic), pauses, retry);
      for (int row = 0; row < rows; row++) {
        publishing.add(key(keys, row), message(keys, row), row);
      }
      return publishing.finish();
    }
  }

  /** Whether the rows of each key were taken in their order, each where it was taken first. */
  private static void assertInOrder(FakeTopic topic, int keys, int rows, int without) {
    assertThat(topic.mistakes()).isEmpty();
    Map<String, Set<Integer>> taken = new HashMap<>();
    for (PubsubMessage message : topic.taken()) {
      taken
          .computeIfAbsent(message.getOrderingKey(), any -> new LinkedHashSet<>())
          .add(Integer.valueOf(message.getData().toStringUtf8()));
    }
    Map<String, Set<Integer>> published = new HashMap<>();
    for (int row = 0; row < rows; row++) {
      if (row != without) {
        published.computeIfAbsent(key(keys, row), any -> new LinkedHashSet<>()).add(row);
      }
    }
    assertThat(taken.keySet()).isEqualTo(published.keySet());
    published.forEach((key, order) -> assertThat(taken.get(key)).containsExactlyElementsOf(order));
  }

  @Test
  void eachOrderingKeyIsTakenInOrderWhateverFails() throws Exception {
    for (int keys : new int[] {1, 3, 700}) {
      for (int failures : new int[] {0, 40}) {
        try (FakeTopic topic = new FakeTopic(keys + failures, failures, "")) {
          assertThat(publish(topic, keys, 3_500)).isEmpty();
          assertInOrder(topic, keys, 3_500, /* without= */ -1);
          if (failures == 0) {
            assertThat(topic.taken()).as("each once").hasSize(3_500);
          }
        }
      }
    }
  }

  @Test
  void aMessageThatIsRefusedIsFoundAndTheOthersStayInOrder() throws Exception {
    for (int failures : new int[] {0, 30}) {
      try (FakeTopic topic = new FakeTopic(failures, failures, "1234")) {
        assertThat(publish(topic, 2, 3_000)).containsExactly(1_234);
        assertInOrder(topic, 2, 3_000, 1_234);
      }
    }
  }

  @Test
  void aRequestIsWithinTheLimitsHoweverLongMessagesAre() throws Exception {
    try (FakeTopic topic = new FakeTopic(1, 0, "");
        Retry retry = new Retry(POLICY, pauses, Retry.Board.NONE)) {
      OrderedPublishing publishing =
          new OrderedPublishing(new Topic("projects/p/topics/t", topic), pauses, retry);
      List<Integer> sizes = new ArrayList<>();
      for (int row = 0; row < 20; row++) {
        sizes.add(row % 5 == 0 ? 9_900_000 : 300_000);
        publishing.add(
            "k",
            PubsubMessage.newBuilder()
                .setOrderingKey("k")
                .setData(ByteString.copyFrom(new byte[sizes.get(row)]))
                .build()
                .toByteString(),
            row);
      }
      assertThat(publishing.finish()).isEmpty();
      assertThat(topic.mistakes()).isEmpty();
      assertThat(topic.taken())
          .extracting(message -> message.getData().size())
          .containsExactlyElementsOf(sizes);
    }
  }

  @Test
  void aSlowTopicIsGivenMoreTimeAndNoMoreThanFiveTimesAsMuch() throws Exception {
    try (FakeTopic topic = new FakeTopic(1, 90, "")) {
      assertThat(publish(topic, 1, 1)).isEmpty();
      assertThat(topic.timeouts())
          .startsWith(Duration.ofSeconds(30))
          .isSorted()
          .allMatch(timeout -> timeout.compareTo(Duration.ofSeconds(150)) <= 0);
    }
  }

  @Test
  void nobodyWhoWaitsNoLongerIsKept() {
    try (FakeTopic topic = new FakeTopic(1, 100, "")) {
      pauses.stopAfter(3);
      assertThat(catchThrowableOfType(WalbeamException.class, () -> publish(topic, 1, 1)))
          .hasMessageContaining("does not acknowledge");
    }
  }
}
