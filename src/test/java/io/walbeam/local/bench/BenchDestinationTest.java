package io.walbeam.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchDestinationTest {
  @Test
  void whatTheStandInWouldRefuseIsToldBeforeAnythingIsStarted() {
    for (String bad :
        List.of(
            "pubsub:projects/p/topics/t",
            "pubsub:projects/p/topics/google",
            "pubsub:projects/p/subscriptions/changes",
            "pubsub:changes")) {
      assertThat(BenchDestination.problem(bad))
          .as(bad)
          .hasValueSatisfying(
              sentence -> assertThat(sentence).contains(bad.substring("pubsub:".length())));
    }
    assertThat(BenchDestination.problem("kafka:t"))
        .hasValueSatisfying(sentence -> assertThat(sentence).contains("pubsub:", "kafka:t"));
    for (String good : List.of("bigquery", "file:///tmp/x", "pubsub:projects/p/topics/changes")) {
      assertThat(BenchDestination.problem(good)).as(good).isEmpty();
    }
  }
}
