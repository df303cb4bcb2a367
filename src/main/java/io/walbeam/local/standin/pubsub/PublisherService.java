package io.walbeam.local.standin.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Topic;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** {@code google.pubsub.v1.Publisher}. Thread-safe. */
public final class PublisherService extends PublisherGrpc.PublisherImplBase {
  private final PubSubStandIn state;

  public PublisherService(PubSubStandIn state) {
    this.state = state;
  }

  @Override
  public void createTopic(Topic topic, StreamObserver<Topic> responses) {
    answer(responses, () -> state.create(topic));
  }

  @Override
  public void getTopic(GetTopicRequest request, StreamObserver<Topic> responses) {
    answer(responses, () -> state.topic(request.getTopic()));
  }

  @Override
  public void deleteTopic(DeleteTopicRequest request, StreamObserver<Empty> responses) {
    answer(
        responses,
        () -> {
          state.deleteTopic(request.getTopic());
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> responses) {
    answer(
        responses,
        () -> {
          state.refuseIfAsked();
          PublishLimits.check(request);
          Topic topic = state.topic(request.getTopic());
          PublishResponse.Builder response = PublishResponse.newBuilder();
          for (PubsubMessage message : request.getMessagesList()) {
            response.addMessageIds(state.publish(topic.getName(), message));
          }
          state.wake(topic.getName());
          return response.build();
        });
  }

  static <T> void answer(StreamObserver<T> responses, Supplier<T> call) {
    try {
      responses.onNext(call.get());
      responses.onCompleted();
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }
}
