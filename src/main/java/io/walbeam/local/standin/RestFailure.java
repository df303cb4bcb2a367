package io.walbeam.local.standin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer of the REST interface other than success, with BigQuery's JSON error body. */
public final class RestFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String reason;

  public RestFailure(int status, String reason, String message) {
    super(message, null, false, false);
    this.status = status;
    this.reason = reason;
  }

  public static RestFailure invalid(String message) {
    return new RestFailure(400, "invalid", message);
  }

  public static RestFailure invalidQuery(String message) {
    return new RestFailure(400, "invalidQuery", message);
  }

  public static RestFailure datasetNotFound(String project, String dataset) {
    return new RestFailure(404, "notFound", "Not found: Dataset " + project + ":" + dataset);
  }

  public static RestFailure tableNotFound(TableRef table) {
    return new RestFailure(404, "notFound", "Not found: Table " + table.colonForm());
  }

  public int status() {
    return status;
  }

  String reason() {
    return reason;
  }

  /** The error list entry that jobs and error bodies share. */
  public ObjectNode entry() {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    entry.put("message", message());
    entry.put("domain", "global");
    entry.put("reason", reason);
    return entry;
  }

  public ObjectNode body() {
    ObjectNode error = JsonNodeFactory.instance.objectNode();
    error.put("code", status);
    error.put("message", message());
    error.putArray("errors").add(entry());
    error.put("status", statusName());
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("error", error);
    return body;
  }

  String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  private String statusName() {
    return switch (status) {
      case 400 -> "INVALID_ARGUMENT";
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 409 -> "ALREADY_EXISTS";
      case 412 -> "FAILED_PRECONDITION";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 501 -> "UNIMPLEMENTED";
      case 503 -> "UNAVAILABLE";
      default -> "INTERNAL";
    };
  }
}
