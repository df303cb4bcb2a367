package io.walbeam.local.demo;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.SubscriptionAdminClient;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.cloud.pubsub.v1.TopicAdminClient;
import com.google.cloud.pubsub.v1.TopicAdminSettings;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Subscription;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A topic of the stand-in with a subscription, and what its subscriber has received: with the
 * official client, as anybody would. Thread-safe.
 */
public final class TopicCopy implements AutoCloseable {
  private final String topic;
  private final String subscription;
  private final ManagedChannel channel;
  private final Subscriber subscriber;

  /** By id, in the order in which they came first. Guarded by this. */
  private final Map<String, PubsubMessage> received = new LinkedHashMap<>();

  private TopicCopy(String project, String name, String endpoint) throws IOException {
    this.topic = "projects/" + project + "/topics/" + name;
    this.subscription = "projects/" + project + "/subscriptions/" + name;
    this.channel = channel(endpoint);
    TransportChannelProvider channels = channels(channel);
    NoCredentialsProvider none = NoCredentialsProvider.create();
    try (TopicAdminClient topics = topics(channels);
        SubscriptionAdminClient subscriptions =
            SubscriptionAdminClient.create(
                SubscriptionAdminSettings.newBuilder()
                    .setTransportChannelProvider(channels)
                    .setCredentialsProvider(none)
                    .build())) {
      var unusedTopic = topics.createTopic(topic);
      var unused =
          subscriptions.createSubscription(
              Subscription.newBuilder()
                  .setName(subscription)
                  .setTopic(topic)
                  .setEnableMessageOrdering(true)
                  .setAckDeadlineSeconds(10)
                  .build());
    }
    MessageReceiver receiver =
        (message, answer) -> {
          take(message);
          answer.ack();
        };
    this.subscriber =
        Subscriber.newBuilder(subscription, receiver)
            .setChannelProvider(channels)
            .setCredentialsProvider(none)
            .setParallelPullCount(1)
            .build();
    var unused = subscriber.startAsync();
  }

  /** Makes a topic that nobody subscribes to, so that what is published goes nowhere. */
  public static void createTopic(String topic, String endpoint) throws IOException {
    ManagedChannel channel = channel(endpoint);
    try (TopicAdminClient topics = topics(channels(channel))) {
      var unused = topics.createTopic(topic);
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel channel(String endpoint) {
    return ManagedChannelBuilder.forTarget(URI.create(endpoint).getAuthority())
        .usePlaintext()
        .build();
  }

  private static TransportChannelProvider channels(ManagedChannel channel) {
    return FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
  }

  private static TopicAdminClient topics(TransportChannelProvider channels) throws IOException {
    return TopicAdminClient.create(
        TopicAdminSettings.newBuilder()
            .setTransportChannelProvider(channels)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .build());
  }

  /** Makes both, and begins to receive. */
  public static TopicCopy start(String project, String name, String endpoint) throws IOException {
    return new TopicCopy(project, name, endpoint);
  }

  private synchronized void take(PubsubMessage message) {
    received.putIfAbsent(message.getMessageId(), message);
  }

  /** {@code projects/p/topics/t}. */
  public String topic() {
    return topic;
  }

  /** {@code projects/p/subscriptions/s}. */
  public String subscription() {
    return subscription;
  }

  /**
   * Everything that was received, in the order in which it came first: Pub/Sub may deliver a
   * message again, though it was acknowledged. What was published twice is here twice.
   */
  public synchronized List<PubsubMessage> received() {
    return List.copyOf(received.values());
  }

  /** Returns when no message has come for a while, though all are published. */
  void awaitQuiet() throws InterruptedException {
    int before = -1;
    for (int now = received().size(); now != before; now = received().size()) {
      before = now;
      TimeUnit.SECONDS.sleep(2);
    }
  }

  /** What the messages say of tables. */
  public Replay replay() {
    Replay replay = new Replay();
    for (PubsubMessage message : received()) {
      if (!message.getAttributesOrThrow("operation").equals("CONTEXT")) {
        replay.add(envelope(message));
      }
    }
    return replay;
  }

  /** The envelope of a message, wherever it is. */
  public static JsonObject envelope(PubsubMessage message) {
    String object = message.getAttributesOrDefault("object", "");
    try {
      String line =
          object.isEmpty()
              ? message.getData().toStringUtf8()
              : Files.readString(Path.of(URI.create(object)));
      return JsonParser.parseString(line).getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ordering keys of which a message came before an older one. With a key, and without a dump, none
   * may.
   */
  public List<String> outOfOrder() {
    Map<String, String> last = new HashMap<>();
    List<String> keys = new ArrayList<>();
    for (PubsubMessage message : received()) {
      String operation = message.getAttributesOrThrow("operation");
      if (!operation.equals("READ") && !operation.equals("CONTEXT")) {
        String position = envelope(message).get("position").getAsString();
        String before = last.put(message.getOrderingKey(), position);
        if (before != null && before.compareTo(position) > 0) {
          keys.add(message.getOrderingKey());
        }
      }
    }
    return keys;
  }

  @Override
  public void close() {
    var unused = subscriber.stopAsync();
    try {
      subscriber.awaitTerminated(1, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // Its threads are daemons.
    }
    channel.shutdownNow();
  }
}
