package io.walbeam.sink.pubsub;

import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.ChannelPoolSettings;
import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.PermissionDeniedException;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.api.gax.rpc.UnimplementedException;
import com.google.cloud.pubsub.v1.TopicAdminClient;
import com.google.cloud.pubsub.v1.TopicAdminSettings;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.NamedThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The official clients, and the plaintext channel to a stand-in if there is one. Thread-safe. */
final class PubSubClients {
  /** Finds a dead network within 40 seconds, as Google's client of Bigtable does. */
  private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(30);

  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(10);

  /** TCP connections, each for 100 requests at a time. */
  private static final int CHANNELS = 4;

  /** Of a call of which nobody says how long it may take. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Whoever wrote has waited, or has been told that it failed. */
  private static final long CLOSE_SECONDS = 1;

  private static final String PUBLISH = "pubsub.topics.publish";

  /** For timers of gRPC; nothing of it blocks. */
  private static final int THREADS = 2;

  private final PubSubSettings settings;
  private final Optional<ManagedChannel> plaintext;
  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(THREADS, new NamedThreads("walbeam-pubsub-"));
  private final PublisherStub stub;
  private final Topic topic;

  PubSubClients(PubSubSettings settings) {
    this.settings = settings;
    this.plaintext =
        settings.plaintext()
            ? Optional.of(
                ManagedChannelBuilder.forTarget(settings.authority()).usePlaintext().build())
            : Optional.empty();
    try {
      this.stub = stub().createStub();
    } catch (IOException e) {
      executor.shutdownNow();
      plaintext.ifPresent(ManagedChannel::shutdownNow);
      throw noCredentials(e);
    }
    UnaryCallable<PublishRequest, PublishResponse> publish = stub.publishCallable();
    this.topic =
        new Topic(
            settings.topic(),
            (request, timeout) ->
                publish.futureCall(
                    request, GrpcCallContext.createDefault().withTimeoutDuration(timeout)));
  }

  /**
   * What {@code Publisher} is made of. That gathers messages one by one, with a future for each,
   * and repeats in silence; here requests come gathered, and are repeated by whoever sends them.
   */
  private PublisherStubSettings stub() throws IOException {
    PublisherStubSettings.Builder builder =
        PublisherStubSettings.newBuilder()
            .setBackgroundExecutorProvider(FixedExecutorProvider.create(executor));
    builder
        .publishSettings()
        .setBatchingSettings(BatchingSettings.newBuilder().setIsEnabled(false).build())
        .setSimpleTimeoutNoRetriesDuration(TIMEOUT);
    if (plaintext.isPresent()) {
      builder
          .setTransportChannelProvider(channels().orElseThrow())
          .setCredentialsProvider(NoCredentialsProvider.create());
    } else {
      builder.setTransportChannelProvider(
          PublisherStubSettings.defaultGrpcTransportProviderBuilder()
              .setChannelPoolSettings(ChannelPoolSettings.staticallySized(CHANNELS))
              .setKeepAliveTimeDuration(KEEPALIVE_TIME)
              .setKeepAliveTimeoutDuration(KEEPALIVE_TIMEOUT)
              .setKeepAliveWithoutCalls(false)
              .build());
    }
    return builder.build();
  }

  private Optional<TransportChannelProvider> channels() {
    return plaintext.map(
        channel -> FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)));
  }

  /** Where to publish. */
  Topic topic() {
    return topic;
  }

  /**
   * Looks whether the topic is there, and may be published to. Who may publish only may not look at
   * it, but everybody may ask what he may.
   *
   * @throws WalbeamException of kind OPERATOR if it is not there or forbidden, TRANSIENT if Pub/Sub
   *     does not answer
   */
  void requireTopic() {
    try {
      TopicAdminSettings.Builder builder = TopicAdminSettings.newBuilder();
      if (plaintext.isPresent()) {
        builder
            .setTransportChannelProvider(channels().orElseThrow())
            .setCredentialsProvider(NoCredentialsProvider.create());
      }
      try (TopicAdminClient client = TopicAdminClient.create(builder.build())) {
        requireTopic(client);
        requireRight(client);
      }
    } catch (ApiException e) {
      throw PubSubFailures.of(e, settings.topic());
    } catch (IOException e) {
      throw noCredentials(e);
    }
  }

  private void requireTopic(TopicAdminClient client) {
    try {
      var unused = client.getTopic(settings.topic());
    } catch (PermissionDeniedException e) {
      // It may be there all the same.
    }
  }

  private void requireRight(TopicAdminClient client) {
    try {
      TestIamPermissionsRequest question =
          TestIamPermissionsRequest.newBuilder()
              .setResource(settings.topic())
              .addPermissions(PUBLISH)
              .build();
      if (client.testIamPermissions(question).getPermissionsCount() == 0) {
        throw PubSubFailures.forbidden(settings.topic());
      }
    } catch (UnimplementedException e) {
      // An emulator: the first message tells.
    }
  }

  private static WalbeamException noCredentials(IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "There are no credentials for Pub/Sub.",
        "Run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS.",
        cause);
  }

  /** Ends all of it, whatever is under way. */
  void close() {
    stub.shutdownNow();
    plaintext.ifPresent(ManagedChannel::shutdownNow);
    try {
      boolean unused = stub.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executor.shutdownNow();
  }
}
