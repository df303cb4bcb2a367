package io.walbeam.local.standin.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
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
    refused(request, "INVALID_ARGUMENT", reason);
  }

  private static void refused(PublishRequest request, String code, String reason) {
    assertThatThrownBy(() -> check(request))
        .hasMessageContaining(code)
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
  void whatIsNotWellFormedIsRefused() {
    PubsubMessage.Builder text = message(1).putAttributes("k", "ü");
    byte[] request = request(text).toByteArray();
    for (int i = 0; i < request.length; i++) {
      if (request[i] == (byte) 0xC3) {
        request[i] = 'x';
      }
    }
    assertThatThrownBy(() -> PublishLimits.check(WirePublish.of(request)))
        .hasMessageContaining("not UTF-8");
    ByteString cut = text.build().toByteString();
    assertThatThrownBy(
            () ->
                PublishLimits.check(
                    WirePublish.of(
                        PublishRequest.newBuilder()
                            .setUnknownFields(
                                UnknownFieldSet.newBuilder()
                                    .addField(
                                        PublishRequest.MESSAGES_FIELD_NUMBER,
                                        UnknownFieldSet.Field.newBuilder()
                                            .addLengthDelimited(cut.substring(0, cut.size() - 1))
                                            .build())
                                    .build())
                            .build()
                            .toByteArray())))
        .hasMessageContaining("not well-formed");
  }

  @Test
  void aStreamOfAnyLengthIsReadWhole() {
    byte[] request = request(message(100).putAttributes("a", "b"), message(3)).toByteArray();
    for (int known : new int[] {0, 1, request.length}) {
      InputStream in =
          new FilterInputStream(new ByteArrayInputStream(request)) {
            @Override
            public int available() {
              return known;
            }
          };
      assertThat(WirePublish.MARSHALLER.parse(in).bytes()).isEqualTo(request);
    }
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
        "FAILED_PRECONDITION",
        "same ordering key");
    refused(
        request(message(1), message(1).setOrderingKey("b")),
        "FAILED_PRECONDITION",
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
