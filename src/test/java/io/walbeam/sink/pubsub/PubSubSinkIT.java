package io.walbeam.sink.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Status;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.StandInOptions;
import io.walbeam.local.StandInServer;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.TopicCopy;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.Sink;
import io.walbeam.sink.file.FileSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of messages that Pub/Sub does not take at first. */
class PubSubSinkIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final DestinationTable TABLE = KeyedRows.TABLE;

  @TempDir private Path directory;
  private StandInServer server;

  @BeforeEach
  void start() {
    server = StandInServer.start(StandInOptions.inMemory());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Sink sink(String topic) {
    return sink(topic, 0);
  }

  private Sink sink(String topic, int sharedKeys) {
    FileSettings beside =
        new FileSettings(
            "file://" + directory,
            Duration.ofHours(1),
            1_000_000,
            "dead",
            FileSettings.Format.JSON);
    return PubSubSink.acquire(
        new PubSubSettings(topic, server.endpoint(), beside, beside, sharedKeys));
  }

  @Test
  void anOutageAndAWithdrawnGrantCostNothingAndKeepEachKeysOrder() throws Exception {
    try (TopicCopy copy = TopicCopy.start("p", "topic", server.endpoint());
        Sink sink = sink(copy.topic())) {
      sink.verify();
      assertThat(sink.tables().write(TABLE, KeyedRows.rows(5, 3))).isEmpty();

      server.pubSub().refusePublishing(Status.Code.UNAVAILABLE, 3);
      assertThat(sink.tables().write(TABLE, KeyedRows.rows(5, 6).subList(15, 30))).isEmpty();

      server.pubSub().refusePublishing(Status.Code.PERMISSION_DENIED, 8);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  assertThat(sink.tables().write(TABLE, KeyedRows.rows(5, 9).subList(30, 45)))
                      .isEmpty();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      Await.until("the stall is shown", PATIENCE, () -> !sink.stalls().current().isEmpty());
      assertThat(sink.stalls().current())
          .singleElement()
          .satisfies(stall -> assertThat(stall.reason()).contains("roles/pubsub.publisher"));
      writing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(sink.stalls().current()).isEmpty();

      Await.until("all were heard", PATIENCE, () -> copy.received().size() >= 45);
      assertThat(copy.received()).hasSize(45);
      assertThat(copy.outOfOrder()).isEmpty();
    }
  }

  @Test
  void moreKeysThanRequestsMayBeOnTheirWayAreAllPublishedOnce() throws Exception {
    try (TopicCopy copy = TopicCopy.start("p", "many", server.endpoint());
        Sink sink = sink(copy.topic())) {
      assertThat(sink.tables().write(TABLE, KeyedRows.rows(1_500, 1))).isEmpty();
      Await.until("all were heard", PATIENCE, () -> copy.received().size() >= 1_500);
      assertThat(copy.received()).hasSize(1_500);
    }
  }

  @Test
  void rowsThatShareOrderingKeysComeInOrderEach() throws Exception {
    try (TopicCopy copy = TopicCopy.start("p", "shared", server.endpoint());
        Sink sink = sink(copy.topic(), 4)) {
      assertThat(sink.tables().write(TABLE, KeyedRows.rows(100, 5))).isEmpty();
      Await.until("all were heard", PATIENCE, () -> copy.received().size() >= 500);
      assertThat(copy.received())
          .extracting(PubsubMessage::getOrderingKey)
          .containsOnly("public.t#0", "public.t#1", "public.t#2", "public.t#3");
      assertThat(copy.outOfOrder()).isEmpty();
    }
  }

  @Test
  void silenceIsAStallThatSaysSoAndClosingEndsIt() throws Exception {
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    String topic = "projects/p/topics/silent";
    TopicCopy.createTopic(topic, server.endpoint());
    try (Sink sink = sink(topic)) {
      assertThat(sink.tables().write(TABLE, KeyedRows.rows(1, 1))).isEmpty();
      server.close();
      Thread writer =
          new Thread(
              () ->
                  ended.complete(
                      catchThrowable(() -> sink.tables().write(TABLE, KeyedRows.rows(300, 1)))));
      writer.setDaemon(true);
      writer.start();
      Await.until("the stall is shown", PATIENCE, () -> !sink.stalls().current().isEmpty());
      assertThat(sink.stalls().current())
          .singleElement()
          .satisfies(stall -> assertThat(stall.reason()).contains("does not acknowledge"));
    }
    assertThat(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            WalbeamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT));
  }

  @Test
  void aLongKeyIsHashedToWhatPubSubTakes() throws Exception {
    try (TopicCopy copy = TopicCopy.start("p", "hashed", server.endpoint());
        Sink sink = sink(copy.topic())) {
      String key = "{\"id\":\"" + "k".repeat(3_000) + "\"}";
      assertThat(sink.tables().write(TABLE, List.of(KeyedRows.row(key, 0), KeyedRows.row(key, 1))))
          .isEmpty();
      Await.until("both were heard", PATIENCE, () -> copy.received().size() >= 2);
      assertThat(copy.received())
          .extracting(PubsubMessage::getOrderingKey)
          .allMatch(ordering -> ordering.matches("public[.]t#[0-9a-f]{64}"))
          .containsOnly(copy.received().get(0).getOrderingKey());
    }
  }

  @Test
  void aMissingTopicAndADeniedFirstMessageEndAStartWithARemedy() throws Exception {
    try (Sink sink = sink("projects/p/topics/missing")) {
      WalbeamException missing = catchThrowableOfType(WalbeamException.class, sink::verify);
      assertThat(missing.kind()).isEqualTo(FailureKind.OPERATOR);
      assertThat(missing.remedy()).contains("gcloud pubsub topics create");
    }
    try (TopicCopy copy = TopicCopy.start("p", "denied", server.endpoint());
        Sink sink = sink(copy.topic())) {
      sink.verify();
      server.pubSub().refusePublishing(Status.Code.PERMISSION_DENIED, 1_000);
      assertThat(catchThrowableOfType(WalbeamException.class, sink::verify).remedy())
          .contains("roles/pubsub.publisher");
      WalbeamException denied =
          catchThrowableOfType(
              WalbeamException.class, () -> sink.tables().write(TABLE, KeyedRows.rows(1, 1)));
      assertThat(denied.kind()).isEqualTo(FailureKind.OPERATOR);
      assertThat(denied.remedy()).contains("roles/pubsub.publisher");
    }
  }
}
