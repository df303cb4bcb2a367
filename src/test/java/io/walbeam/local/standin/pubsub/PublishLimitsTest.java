package io.walbeam.local.standin.pubsub;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class PublishLimitsTest {
  private static PubsubMessage.Builder message(int bytes) {
    return PubsubMessage.newBuilder().setData(ByteString.copyFrom(new byte[bytes]));
  }

  private static PublishRequest request(PubsubMessage.Builder... messages) {
    PublishRequest.Builder request = PublishRequest.newBuilder().setTopic("t");
    for (PubsubMessage.Builder message : messages) {
      request.addMessages(message);
    }
    return request.build();
  }

  private static void check(PublishRequest request) throws IOException {
    PublishLimits.check(WirePublish.of(request.toByteArray()));
  }

  private static void refused(PublishRequest request, String reason) {
    assertThatThrownBy(() -> check(request))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining(reason);
  }

  @Test
  void whatKeepsToTheLimitsIsTaken() {
    assertThatCode(
            () ->
                check(
                    request(
                        message(9_900_000).setOrderingKey("k".repeat(1024)),
                        message(1).setOrderingKey("k".repeat(1024)).putAttributes("a", "b"))))
        .doesNotThrowAnyException();
    assertThatCode(() -> check(request(PubsubMessage.newBuilder().putAttributes("a", "b"))))
        .doesNotThrowAnyException();
  }

  @Test
  void eachLimitIsKept() {
    refused(request(), "too small");
    refused(
        PublishRequest.newBuilder()
            .addAllMessages(Collections.nCopies(1001, message(1).build()))
            .build(),
        "too large");
    refused(request(message(10_000_001)), "payload size");
    refused(request(message(0)), "empty");
    refused(
        request(message(1).setOrderingKey("a"), message(1).setOrderingKey("b")),
        "same ordering key");
    refused(request(message(1).setOrderingKey("k".repeat(1025))), "ordering key is longer");
    refused(request(message(1).putAttributes("k".repeat(257), "")), "a key that is not allowed");
    refused(request(message(1).putAttributes("googled", "")), "a key that is not allowed");
    refused(request(message(1).putAttributes("k", "v".repeat(1025))), "value of an attribute");
    refused(request(message(1).setMessageId("1")), "server's");
    refused(request(message(1).setPublishTime(Timestamp.getDefaultInstance())), "server's");
    PubsubMessage.Builder many = message(1);
    for (int i = 0; i < 101; i++) {
      many.putAttributes("a" + i, "");
    }
    refused(request(many), "more than 100");
  }
}
