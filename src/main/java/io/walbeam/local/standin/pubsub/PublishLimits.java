package io.walbeam.local.standin.pubsub;

import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a publish request must keep to (documentation, "Quotas and limits", "Resource limits"). */
final class PublishLimits {
  private static final int MESSAGES = 1_000;
  private static final int REQUEST_BYTES = 10_000_000;
  private static final int ATTRIBUTES = 100;
  private static final int ATTRIBUTE_KEY_BYTES = 256;
  private static final int ATTRIBUTE_VALUE_BYTES = 1_024;
  private static final int ORDERING_KEY_BYTES = 1_024;

  private PublishLimits() {}

  /** Throws INVALID_ARGUMENT for a request that breaks one. */
  static void check(PublishRequest request) {
    if (request.getMessagesCount() == 0) {
      throw PubSubFailure.invalid("The value for message_count is too small.");
    }
    if (request.getMessagesCount() > MESSAGES) {
      throw PubSubFailure.invalid("The value for message_count is too large.");
    }
    if (request.getSerializedSize() > REQUEST_BYTES) {
      throw PubSubFailure.invalid(
          "Request payload size exceeds the limit: " + REQUEST_BYTES + " bytes.");
    }
    String key = request.getMessages(0).getOrderingKey();
    for (PubsubMessage message : request.getMessagesList()) {
      if (!message.getOrderingKey().equals(key)) {
        throw PubSubFailure.invalid(
            "In a single publish request, all messages must have no ordering key or they must all"
                + " have the same ordering key.");
      }
      check(message);
    }
  }

  private static void check(PubsubMessage message) {
    if (message.getData().isEmpty() && message.getAttributesCount() == 0) {
      throw PubSubFailure.invalid("Some messages in the batch are empty.");
    }
    if (!message.getMessageId().isEmpty() || message.hasPublishTime()) {
      throw PubSubFailure.invalid("message_id and publish_time are the server's.");
    }
    if (bytes(message.getOrderingKey()) > ORDERING_KEY_BYTES) {
      throw PubSubFailure.invalid("The ordering key is longer than 1024 bytes.");
    }
    if (message.getAttributesCount() > ATTRIBUTES) {
      throw PubSubFailure.invalid("A message has more than 100 attributes.");
    }
    for (Map.Entry<String, String> attribute : message.getAttributesMap().entrySet()) {
      String name = attribute.getKey();
      if (name.isEmpty() || bytes(name) > ATTRIBUTE_KEY_BYTES || name.startsWith("goog")) {
        throw PubSubFailure.invalid("An attribute has a key that is not allowed.");
      }
      if (bytes(attribute.getValue()) > ATTRIBUTE_VALUE_BYTES) {
        throw PubSubFailure.invalid("The value of an attribute is longer than 1024 bytes.");
      }
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
