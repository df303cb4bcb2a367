package io.walbeam.local.standin.pubsub;

import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.iam.v1.TestIamPermissionsResponse;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * {@code google.iam.v1.IAMPolicy}: what the caller may, which is everything, unless publishing is
 * forbidden to him. Its other methods answer UNIMPLEMENTED. Thread-safe.
 */
public final class RightsService implements BindableService {
  private static final String SERVICE = "google.iam.v1.IAMPolicy";
  private static final String PUBLISH = "pubsub.topics.publish";

  private static final MethodDescriptor<TestIamPermissionsRequest, TestIamPermissionsResponse>
      TEST =
          MethodDescriptor.<TestIamPermissionsRequest, TestIamPermissionsResponse>newBuilder()
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(
                  MethodDescriptor.generateFullMethodName(SERVICE, "TestIamPermissions"))
              .setRequestMarshaller(
                  ProtoUtils.marshaller(TestIamPermissionsRequest.getDefaultInstance()))
              .setResponseMarshaller(
                  ProtoUtils.marshaller(TestIamPermissionsResponse.getDefaultInstance()))
              .build();

  private final PubSubStandIn state;

  public RightsService(PubSubStandIn state) {
    this.state = state;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(TEST, ServerCalls.asyncUnaryCall(this::test))
        .build();
  }

  private void test(
      TestIamPermissionsRequest request, StreamObserver<TestIamPermissionsResponse> responses) {
    PublisherService.answer(
        responses,
        () -> {
          TestIamPermissionsResponse.Builder response = TestIamPermissionsResponse.newBuilder();
          for (String right : request.getPermissionsList()) {
            if (!right.equals(PUBLISH) || !state.forbidsPublishing()) {
              response.addPermissions(right);
            }
          }
          return response.build();
        });
  }
}
