package io.walbeam.local.standin.pubsub;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Answers that refuse a call. */
final class PubSubFailure {
  private PubSubFailure() {}

  static StatusRuntimeException invalid(String message) {
    return Status.INVALID_ARGUMENT.withDescription(message).asRuntimeException();
  }

  static StatusRuntimeException precondition(String message) {
    return Status.FAILED_PRECONDITION.withDescription(message).asRuntimeException();
  }

  static StatusRuntimeException notFound(String resource) {
    return Status.NOT_FOUND
        .withDescription("Resource not found (resource=" + resource + ").")
        .asRuntimeException();
  }

  static StatusRuntimeException exists(String resource) {
    return Status.ALREADY_EXISTS
        .withDescription("Resource already exists in the project (resource=" + resource + ").")
        .asRuntimeException();
  }
}
