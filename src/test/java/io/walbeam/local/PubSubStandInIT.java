package io.walbeam.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.SubscriptionAdminClient;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Subscription;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.walbeam.local.demo.Await;
import io.walbeam.local.demo.TopicCopy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The official client's publisher and subscriber, with Pub/Sub's stand-in between them. */
class PubSubStandInIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String TOPIC = "projects/p/topics/refusals";
  private static final String SUBSCRIPTION = "projects/p/subscriptions/refusals";

  private final StandInServer server = StandInServer.start(StandInOptions.inMemory());
  private final ManagedChannel channel =
      ManagedChannelBuilder.forTarget(URI.create(server.endpoint()).getAuthority())
          .usePlaintext()
          .build();
  private final FixedTransportChannelProvider channels =
      FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
  private final NoCredentialsProvider none = NoCredentialsProvider.create();

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void aMessageThatItsSubscriberRefusesComesAgainBeforeLaterOnesOfItsKey() throws Exception {
    TopicCopy.createTopic(TOPIC, server.endpoint());
    try (SubscriptionAdminClient subscriptions =
        SubscriptionAdminClient.create(
            SubscriptionAdminSettings.newBuilder()
                .setTransportChannelProvider(channels)
                .setCredentialsProvider(none)
                .build())) {
      var unused =
          subscriptions.createSubscription(
              Subscription.newBuilder()
                  .setName(SUBSCRIPTION)
                  .setTopic(TOPIC)
                  .setEnableMessageOrdering(true)
                  .build());
    }
    List<String> heard = new CopyOnWriteArrayList<>();
    AtomicBoolean refused = new AtomicBoolean();
    MessageReceiver receiver =
        (message, answer) -> {
          String text = message.getData().toStringUtf8();
          heard.add(text);
          if (text.equals("second") && refused.compareAndSet(false, true)) {
            answer.nack();
          } else {
            answer.ack();
          }
        };
    Subscriber subscriber =
        Subscriber.newBuilder(SUBSCRIPTION, receiver)
            .setChannelProvider(channels)
            .setCredentialsProvider(none)
            .setParallelPullCount(1)
            .build();
    var unused = subscriber.startAsync();
    try {
      publish("first", "second", "third");
      Await.until(
          "everything is acknowledged",
          PATIENCE,
          () -> heard.contains("third") && server.pubSub().unacknowledged(SUBSCRIPTION) == 0);
      // The client may have had the third in its hands already; then that comes again, too.
      assertThat(heard)
          .containsSubsequence("first", "second", "second", "third")
          .endsWith("third")
          .containsOnlyOnce("first");
    } finally {
      subscriber.stopAsync().awaitTerminated(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private void publish(String... texts) throws Exception {
    Publisher publisher =
        Publisher.newBuilder(TOPIC)
            .setChannelProvider(channels)
            .setCredentialsProvider(none)
            .setEnableMessageOrdering(true)
            .build();
    for (String text : texts) {
      var unused =
          publisher.publish(
              PubsubMessage.newBuilder()
                  .setData(ByteString.copyFromUtf8(text))
                  .setOrderingKey("k")
                  .build());
    }
    publisher.shutdown();
    assertThat(publisher.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }
}
