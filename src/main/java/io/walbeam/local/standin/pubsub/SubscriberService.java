package io.walbeam.local.standin.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;

/** {@code google.pubsub.v1.Subscriber}. Thread-safe. */
public final class SubscriberService extends SubscriberGrpc.SubscriberImplBase {
  /** Of one answer: far below what clients take. */
  private static final long ANSWER_BYTES = 5_000_000;

  private static final int MOST_MESSAGES = 1_000;
  private static final int MOST_SECONDS = 600;

  private final PubSubStandIn state;

  public SubscriberService(PubSubStandIn state) {
    this.state = state;
  }

  @Override
  public void createSubscription(Subscription asked, StreamObserver<Subscription> responses) {
    PublisherService.answer(responses, () -> state.create(asked));
  }

  @Override
  public void getSubscription(
      GetSubscriptionRequest request, StreamObserver<Subscription> responses) {
    PublisherService.answer(
        responses, () -> state.subscription(request.getSubscription()).settings());
  }

  @Override
  public void deleteSubscription(
      DeleteSubscriptionRequest request, StreamObserver<Empty> responses) {
    PublisherService.answer(
        responses,
        () -> {
          state.deleteSubscription(request.getSubscription());
          return Empty.getDefaultInstance();
        });
  }

  /** Answers at once, with nothing if there is nothing. */
  @Override
  public void pull(PullRequest request, StreamObserver<PullResponse> responses) {
    PublisherService.answer(
        responses,
        () -> {
          PubSubStandIn.Subscribed from = state.subscription(request.getSubscription());
          if (request.getMaxMessages() < 1) {
            throw PubSubFailure.invalid("max_messages must be positive.");
          }
          return PullResponse.newBuilder()
              .addAllReceivedMessages(
                  from.queue()
                      .take(
                          Math.min(request.getMaxMessages(), MOST_MESSAGES),
                          ANSWER_BYTES,
                          TimeUnit.SECONDS.toNanos(from.settings().getAckDeadlineSeconds())))
              .build();
        });
  }

  @Override
  public void acknowledge(AcknowledgeRequest request, StreamObserver<Empty> responses) {
    PublisherService.answer(
        responses,
        () -> {
          PubSubStandIn.Subscribed of = state.subscription(request.getSubscription());
          int unused = of.queue().acknowledge(request.getAckIdsList());
          of.wake();
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void modifyAckDeadline(ModifyAckDeadlineRequest request, StreamObserver<Empty> responses) {
    PublisherService.answer(
        responses,
        () -> {
          PubSubStandIn.Subscribed of = state.subscription(request.getSubscription());
          int seconds = request.getAckDeadlineSeconds();
          if (seconds < 0 || seconds > MOST_SECONDS) {
            throw PubSubFailure.invalid("The ack deadline is 0 to 600 seconds.");
          }
          request
              .getAckIdsList()
              .forEach(id -> of.queue().modify(id, TimeUnit.SECONDS.toNanos(seconds)));
          of.wake();
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public StreamObserver<StreamingPullRequest> streamingPull(
      StreamObserver<StreamingPullResponse> responses) {
    return new StreamingPull(state, responses);
  }
}
