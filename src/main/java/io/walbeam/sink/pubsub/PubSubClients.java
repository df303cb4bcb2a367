package io.walbeam.sink.pubsub;

import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.PermissionDeniedException;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.api.gax.rpc.UnimplementedException;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.TopicAdminClient;
import com.google.cloud.pubsub.v1.TopicAdminSettings;
import com.google.iam.v1.TestIamPermissionsRequest;
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
  /**
   * A write sends what it has gathered before it waits for it; a shorter time would only make more
   * requests of fewer messages.
   */
  private static final Duration NOT_BY_TIME = Duration.ofSeconds(5);

  private static final BatchingSettings BATCHES =
      BatchingSettings.newBuilder()
          .setElementCountThreshold(1_000L)
          .setRequestByteThreshold(1_000_000L)
          .setDelayThresholdDuration(NOT_BY_TIME)
          .build();

  /** Nothing is outstanding: whoever wrote has waited, or has been told that it failed. */
  private static final long CLOSE_SECONDS = 1;

  private static final String PUBLISH = "pubsub.topics.publish";

  /** Of the client's callbacks and repetitions. */
  private static final int THREADS = 8;

  private final PubSubSettings settings;
  private final Optional<ManagedChannel> plaintext;
  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(THREADS, new NamedThreads("walbeam-pubsub-"));
  private final Publisher publisher;

  PubSubClients(PubSubSettings settings) {
    this.settings = settings;
    this.plaintext =
        settings.plaintext()
            ? Optional.of(
                ManagedChannelBuilder.forTarget(settings.authority()).usePlaintext().build())
            : Optional.empty();
    try {
      Publisher.Builder builder =
          Publisher.newBuilder(settings.topic())
              .setEnableMessageOrdering(true)
              .setExecutorProvider(FixedExecutorProvider.create(executor))
              .setBatchingSettings(BATCHES);
      channels()
          .ifPresent(
              channels ->
                  builder
                      .setChannelProvider(channels)
                      .setCredentialsProvider(NoCredentialsProvider.create()));
      this.publisher = builder.build();
    } catch (IOException e) {
      executor.shutdownNow();
      plaintext.ifPresent(ManagedChannel::shutdownNow);
      throw noCredentials(e);
    }
  }

  private Optional<TransportChannelProvider> channels() {
    return plaintext.map(
        channel -> FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)));
  }

  Publisher publisher() {
    return publisher;
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

  /**
   * Ends all of it.
   *
   * @param outstanding whether messages are not acknowledged: the client would wait for them
   *     without end, so it is left to the end of the process
   */
  void close(boolean outstanding) {
    if (!outstanding) {
      publisher.shutdown();
      try {
        boolean unused = publisher.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    executor.shutdownNow();
    plaintext.ifPresent(ManagedChannel::shutdownNow);
  }
}
