package io.walbeam.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.cloud.NoCredentials;
import com.google.cloud.secretmanager.v1.AccessSecretVersionRequest;
import com.google.cloud.secretmanager.v1.AccessSecretVersionResponse;
import com.google.cloud.secretmanager.v1.SecretManagerServiceSettings;
import com.google.cloud.secretmanager.v1.SecretPayload;
import com.google.cloud.storage.StorageOptions;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real clients of Secret Manager and Cloud Storage against servers that fail as told. */
final class GoogleStoresTest {
  private final Map<String, Status.Code> failures = new ConcurrentHashMap<>();
  private Server secretManager;
  private HttpServer storage;

  @BeforeEach
  void startServers() throws Exception {
    secretManager =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service())
            .build()
            .start();
    storage = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    storage.createContext(
        "/",
        exchange -> {
          // Path of an object's bytes in the JSON API: /download/storage/v1/b/BUCKET/o/NAME.
          String path = exchange.getRequestURI().getRawPath();
          int status =
              path.contains("/o/status-")
                  ? Integer.parseInt(path.substring(path.lastIndexOf('-') + 1))
                  : 200;
          byte[] body = path.substring(path.indexOf("/b/")).getBytes(UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    storage.start();
  }

  @AfterEach
  void stopServers() throws Exception {
    secretManager.shutdownNow().awaitTermination();
    storage.stop(0);
  }

  private GoogleSecretStore secrets() throws IOException {
    SecretManagerServiceSettings.Builder settings = SecretManagerServiceSettings.newBuilder();
    settings
        .setCredentialsProvider(NoCredentialsProvider.create())
        .setTransportChannelProvider(
            SecretManagerServiceSettings.defaultGrpcTransportProviderBuilder()
                .setEndpoint("localhost:" + secretManager.getPort())
                .setChannelConfigurator(channel -> channel.usePlaintext())
                .build());
    settings
        .accessSecretVersionSettings()
        .retrySettings()
        .setTotalTimeoutDuration(Duration.ofSeconds(60));
    return new GoogleSecretStore(settings.build());
  }

  private GoogleObjectStore objects() {
    return new GoogleObjectStore(
        () ->
            StorageOptions.newBuilder()
                .setHost("http://localhost:" + storage.getAddress().getPort())
                .setProjectId("p")
                .setCredentials(NoCredentials.getInstance())
                .setRetrySettings(com.google.cloud.ServiceOptions.getNoRetrySettings())
                .build());
  }

  private static void refused(FailureKind kind, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            WalbeamException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.describe()).contains(text);
            });
  }

  @Test
  void aSecretIsReadWithItsVersionOrTheLatest() throws Exception {
    assertThat(new String(secrets().read("projects/p/secrets/s/versions/7"), UTF_8))
        .isEqualTo("value of projects/p/secrets/s/versions/7");
    assertThat(new String(secrets().read("projects/p/secrets/s"), UTF_8))
        .isEqualTo("value of projects/p/secrets/s/versions/latest");
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, CONFIGURATION, does not exist",
    "PERMISSION_DENIED, OPERATOR, roles/secretmanager.secretAccessor",
    "UNAUTHENTICATED, OPERATOR, roles/secretmanager.secretAccessor",
    "FAILED_PRECONDITION, OPERATOR, disabled",
    "INTERNAL, TRANSIENT, does not answer",
  })
  void everyRefusalOfSecretManagerIsNamed(Status.Code code, FailureKind kind, String text)
      throws Exception {
    String name = "projects/p/secrets/s/versions/1";
    failures.put(name, code);
    GoogleSecretStore store = secrets();
    refused(kind, text, () -> store.read(name));
  }

  @Test
  void anObjectIsReadByBucketAndName() {
    assertThat(new String(objects().read("certs/team a/client.key"), UTF_8))
        .isEqualTo("/b/certs/o/team%20a%2Fclient.key");
  }

  @ParameterizedTest
  @CsvSource({
    "404, CONFIGURATION, There is no object gs://b/status-404",
    "403, OPERATOR, roles/storage.objectViewer",
    "401, OPERATOR, roles/storage.objectViewer",
    "503, TRANSIENT, does not answer",
  })
  void everyRefusalOfCloudStorageIsNamed(int status, FailureKind kind, String text) {
    refused(kind, text, () -> objects().read("b/status-" + status));
  }

  @Test
  void whatNamesNoObjectIsRefusedWithoutACall() {
    refused(FailureKind.CONFIGURATION, "gs://BUCKET/OBJECT", () -> objects().read("bucket"));
    refused(FailureKind.CONFIGURATION, "gs://BUCKET/OBJECT", () -> objects().read("bucket/"));
  }

  /** Answers with the name, or with the failure that the test asks for. */
  private void answer(
      AccessSecretVersionRequest request, StreamObserver<AccessSecretVersionResponse> answer) {
    Status.Code failure = failures.get(request.getName());
    if (failure != null) {
      answer.onError(failure.toStatus().asRuntimeException());
      return;
    }
    answer.onNext(
        AccessSecretVersionResponse.newBuilder()
            .setPayload(
                SecretPayload.newBuilder()
                    .setData(ByteString.copyFromUtf8("value of " + request.getName())))
            .build());
    answer.onCompleted();
  }

  /** The one method of {@code secretmanager/v1/service.proto} that walbeam calls. */
  private ServerServiceDefinition service() {
    String name = "google.cloud.secretmanager.v1.SecretManagerService";
    MethodDescriptor<AccessSecretVersionRequest, AccessSecretVersionResponse> access =
        MethodDescriptor.<AccessSecretVersionRequest, AccessSecretVersionResponse>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(name, "AccessSecretVersion"))
            .setRequestMarshaller(
                ProtoUtils.marshaller(AccessSecretVersionRequest.getDefaultInstance()))
            .setResponseMarshaller(
                ProtoUtils.marshaller(AccessSecretVersionResponse.getDefaultInstance()))
            .build();
    return ServerServiceDefinition.builder(name)
        .addMethod(access, ServerCalls.asyncUnaryCall(this::answer))
        .build();
  }
}
