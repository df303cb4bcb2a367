package io.walbeam.sink.pubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;

/** What is to be done about a failed call of Pub/Sub. Pure. */
final class PubSubFailures {
  private static final String GRANT =
      "Grant it the role roles/pubsub.publisher on the topic; on a machine of your own run 'gcloud"
          + " auth application-default login'.";

  private static final String AGAIN =
      "They are sent again until it does; if it lasts, look at the network and at"
          + " status.cloud.google.com.";

  /** Of a call that is not answered. */
  static final String SILENCE = "Pub/Sub does not acknowledge messages. " + AGAIN;

  private PubSubFailures() {}

  /** The topic may not be published to, as Pub/Sub said when it was asked. */
  static WalbeamException forbidden(String topic) {
    return new WalbeamException(FailureKind.OPERATOR, forbids(topic), GRANT);
  }

  private static String forbids(String topic) {
    return "This account may not publish to " + topic + ".";
  }

  static WalbeamException of(Throwable cause, String topic) {
    StatusCode.Code code = code(cause);
    return switch (code) {
      case NOT_FOUND ->
          new WalbeamException(
              FailureKind.OPERATOR,
              "There is no topic " + topic + ".",
              "Create it: gcloud pubsub topics create " + topic + "; or correct --destination.",
              cause);
      case PERMISSION_DENIED, UNAUTHENTICATED ->
          new WalbeamException(FailureKind.OPERATOR, forbids(topic), GRANT, cause);
      default ->
          new WalbeamException(
              FailureKind.TRANSIENT,
              "Pub/Sub does not acknowledge messages for " + topic + " (" + code + ").",
              AGAIN,
              cause);
    };
  }

  /** An answer that is not one for each message. */
  static WalbeamException miscounted(String topic) {
    return new WalbeamException(
        FailureKind.TRANSIENT,
        "Pub/Sub's answer about messages for " + topic + " does not tell of each.",
        AGAIN);
  }

  /** Whether the message itself is what Pub/Sub does not take. */
  static boolean refuses(Throwable cause) {
    return code(cause) == StatusCode.Code.INVALID_ARGUMENT;
  }

  private static StatusCode.Code code(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ApiException api) {
        return api.getStatusCode().getCode();
      }
    }
    return StatusCode.Code.UNKNOWN;
  }
}
