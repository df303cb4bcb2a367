package io.walbeam.local.standin.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.Topic;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/**
 * {@code google.pubsub.v1.Publisher}: topics made, looked at and deleted, and publishing. The other
 * methods answer UNIMPLEMENTED. Thread-safe.
 */
public final class PublisherService implements BindableService {
  private static final MethodDescriptor<WirePublish, PublishResponse> PUBLISH =
      PublisherGrpc.getPublishMethod().toBuilder(
              WirePublish.MARSHALLER, PublisherGrpc.getPublishMethod().getResponseMarshaller())
          .build();

  private final PubSubStandIn state;

  public PublisherService(PubSubStandIn state) {
    this.state = state;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(
            ServiceDescriptor.newBuilder(PublisherGrpc.SERVICE_NAME)
                .setSchemaDescriptor(PublisherGrpc.getServiceDescriptor().getSchemaDescriptor())
                .addMethod(PublisherGrpc.getCreateTopicMethod())
                .addMethod(PublisherGrpc.getGetTopicMethod())
                .addMethod(PublisherGrpc.getDeleteTopicMethod())
                .addMethod(PUBLISH)
                .build())
        .addMethod(
            PublisherGrpc.getCreateTopicMethod(), ServerCalls.asyncUnaryCall(this::createTopic))
        .addMethod(PublisherGrpc.getGetTopicMethod(), ServerCalls.asyncUnaryCall(this::getTopic))
        .addMethod(
            PublisherGrpc.getDeleteTopicMethod(), ServerCalls.asyncUnaryCall(this::deleteTopic))
        .addMethod(PUBLISH, ServerCalls.asyncUnaryCall(this::publish))
        .build();
  }

  private void createTopic(Topic topic, StreamObserver<Topic> responses) {
    answer(responses, () -> state.create(topic));
  }

  private void getTopic(GetTopicRequest request, StreamObserver<Topic> responses) {
    answer(responses, () -> state.topic(request.getTopic()));
  }

  private void deleteTopic(DeleteTopicRequest request, StreamObserver<Empty> responses) {
    answer(
        responses,
        () -> {
          state.deleteTopic(request.getTopic());
          return Empty.getDefaultInstance();
        });
  }

  private void publish(WirePublish request, StreamObserver<PublishResponse> responses) {
    answer(
        responses,
        () -> {
          state.refuseIfAsked();
          PublishLimits.check(request);
          String topic = state.topic(request.topic()).getName();
          long first = state.publish(request);
          PublishResponse.Builder response = PublishResponse.newBuilder();
          for (int i = 0; i < request.messages(); i++) {
            response.addMessageIds(Long.toString(first + i));
          }
          state.wake(topic);
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
