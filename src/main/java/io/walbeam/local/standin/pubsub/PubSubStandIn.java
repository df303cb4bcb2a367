package io.walbeam.local.standin.pubsub;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.Status;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Topics, subscriptions, and what is in them. Thread-safe. */
public final class PubSubStandIn implements AutoCloseable {
  /** Between two looks for messages that were not acknowledged in time, milliseconds. */
  private static final long EXPIRY_MILLIS = 100;

  /** Documentation, "Resource names". */
  private static final Pattern NAME =
      Pattern.compile(
          "projects/[^/]+/(topics|subscriptions)/(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}");

  private static final int LEAST_ACK_SECONDS = 10;
  private static final int MOST_ACK_SECONDS = 600;

  /** A subscription and its messages. */
  record Subscribed(Subscription settings, MessageQueue queue, List<Runnable> waiting) {
    void wake() {
      waiting.forEach(Runnable::run);
    }
  }

  private final Clock clock;
  private final Map<String, Topic> topics = new ConcurrentHashMap<>();
  private final Map<String, Subscribed> subscriptions = new ConcurrentHashMap<>();
  private final AtomicLong messageIds = new AtomicLong(1);
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile Status refusal = Status.OK;
  private final ScheduledExecutorService expiry =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "standin-pubsub");
            thread.setDaemon(true);
            return thread;
          });

  public PubSubStandIn(Clock clock) {
    this.clock = clock;
    var unused =
        expiry.scheduleWithFixedDelay(
            this::expire, EXPIRY_MILLIS, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Refuses the next requests to publish. */
  public void refusePublishing(Status.Code code, int requests) {
    refusal = Status.fromCode(code).withDescription("as a test wants it");
    refusals.set(requests);
  }

  /** Messages of a subscription that are not acknowledged. */
  public int unacknowledged(String subscription) {
    return subscription(subscription).queue().size();
  }

  void refuseIfAsked() {
    if (refusals.get() > 0 && refusals.getAndDecrement() > 0) {
      throw refusal.asRuntimeException();
    }
  }

  /** Whether publishing is refused because it is forbidden. */
  boolean forbidsPublishing() {
    return refusals.get() > 0 && refusal.getCode() == Status.Code.PERMISSION_DENIED;
  }

  Topic create(Topic topic) {
    requireName(topic.getName());
    if (topics.putIfAbsent(topic.getName(), topic) != null) {
      throw PubSubFailure.exists(topic.getName());
    }
    return topic;
  }

  Topic topic(String name) {
    Topic topic = topics.get(name);
    if (topic == null) {
      throw PubSubFailure.notFound(name);
    }
    return topic;
  }

  void deleteTopic(String name) {
    if (topics.remove(name) == null) {
      throw PubSubFailure.notFound(name);
    }
  }

  Subscription create(Subscription asked) {
    requireName(asked.getName());
    Topic unused = topic(asked.getTopic());
    if (!asked.getFilter().isEmpty()
        || asked.hasDeadLetterPolicy()
        || !asked.getPushConfig().getPushEndpoint().isEmpty()
        || asked.getEnableExactlyOnceDelivery()) {
      throw Status.UNIMPLEMENTED
          .withDescription("The stand-in has no filters, dead letters, push and exactly once.")
          .asRuntimeException();
    }
    int seconds = asked.getAckDeadlineSeconds();
    if (seconds != 0 && (seconds < LEAST_ACK_SECONDS || seconds > MOST_ACK_SECONDS)) {
      throw PubSubFailure.invalid("The ack deadline is 10 to 600 seconds.");
    }
    Subscription settings =
        seconds == 0 ? asked.toBuilder().setAckDeadlineSeconds(LEAST_ACK_SECONDS).build() : asked;
    Subscribed made =
        new Subscribed(
            settings,
            new MessageQueue(asked.getEnableMessageOrdering(), System::nanoTime),
            new java.util.concurrent.CopyOnWriteArrayList<>());
    if (subscriptions.putIfAbsent(asked.getName(), made) != null) {
      throw PubSubFailure.exists(asked.getName());
    }
    return settings;
  }

  Subscribed subscription(String name) {
    Subscribed subscribed = subscriptions.get(name);
    if (subscribed == null) {
      throw PubSubFailure.notFound(name);
    }
    return subscribed;
  }

  void deleteSubscription(String name) {
    if (subscriptions.remove(name) == null) {
      throw PubSubFailure.notFound(name);
    }
  }

  /**
   * Takes messages, as they came, in their order for every subscription of the topic; returns the
   * number of the first, which is its id.
   */
  long publish(WirePublish request) {
    List<Subscribed> to =
        subscriptions.values().stream()
            .filter(subscribed -> subscribed.settings().getTopic().equals(request.topic()))
            .toList();
    if (to.isEmpty()) {
      return messageIds.getAndAdd(request.messages());
    }
    synchronized (this) {
      long first = messageIds.getAndAdd(request.messages());
      Instant now = clock.instant();
      Timestamp time =
          Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
      for (int i = 0; i < request.messages(); i++) {
        PubsubMessage published =
            parse(request, i).setMessageId(Long.toString(first + i)).setPublishTime(time).build();
        to.forEach(subscribed -> subscribed.queue().add(published));
      }
      return first;
    }
  }

  private static PubsubMessage.Builder parse(WirePublish request, int message) {
    int start = request.start(message);
    try {
      return PubsubMessage.newBuilder()
          .mergeFrom(request.bytes(), start, request.end(message) - start);
    } catch (InvalidProtocolBufferException e) {
      throw PubSubFailure.invalid("A message is not well-formed.");
    }
  }

  /** Messages may be there for whoever pulls from subscriptions of the topic. */
  void wake(String topic) {
    subscriptions
        .values()
        .forEach(
            subscribed -> {
              if (subscribed.settings().getTopic().equals(topic)) {
                subscribed.wake();
              }
            });
  }

  private void expire() {
    for (Subscribed subscribed : subscriptions.values()) {
      if (subscribed.queue().expire() > 0) {
        subscribed.wake();
      }
    }
  }

  /** Whether a topic may have this name, which begins with {@code projects/}. */
  public static boolean isTopicName(String name) {
    return NAME.matcher(name).matches() && name.contains("/topics/");
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw PubSubFailure.invalid("Invalid resource name given (name=" + name + ").");
    }
  }

  @Override
  public void close() {
    expiry.shutdownNow();
  }
}
