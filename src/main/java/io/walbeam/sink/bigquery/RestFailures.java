package io.walbeam.sink.bigquery;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failed REST call means ("Troubleshoot BigQuery", Error messages). Pure. */
final class RestFailures {
  /** Meaning of a failed call. */
  enum Meaning {
    /** Network, overload or quota: call again later. */
    PASSES,
    NOT_FOUND,
    ALREADY_EXISTS,
    /** The resource changed since it was read. */
    CHANGED,
    /** No permission, or no valid credentials. */
    DENIED,
    /** The request itself is wrong. */
    REFUSED
  }

  private static final Set<String> PASSING_REASONS =
      Set.of(
          "rateLimitExceeded",
          "quotaExceeded",
          "jobRateLimitExceeded",
          "backendError",
          "internalError",
          "jobBackendError",
          "jobInternalError",
          "tableUnavailable");

  private RestFailures() {}

  static Meaning of(IOException failure) {
    if (!(failure instanceof HttpResponseException response)) {
      return Meaning.PASSES;
    }
    int status = response.getStatusCode();
    if (status == 408
        || status == 429
        || status >= 500
        || PASSING_REASONS.contains(reason(failure))) {
      return Meaning.PASSES;
    }
    return switch (status) {
      case 401, 403 -> Meaning.DENIED;
      case 404 -> Meaning.NOT_FOUND;
      case 409 -> Meaning.ALREADY_EXISTS;
      case 412 -> Meaning.CHANGED;
      default -> Meaning.REFUSED;
    };
  }

  /** BigQuery's sentence; safe to show, for no call of ours carries a row value. */
  static String text(IOException failure) {
    GoogleJsonError details = details(failure);
    if (details != null && details.getMessage() != null) {
      return details.getMessage();
    }
    return failure instanceof HttpResponseException response
        ? "HTTP status " + response.getStatusCode()
        : connectionText(failure);
  }

  private static String connectionText(IOException failure) {
    if (failure instanceof ConnectException) {
      return "no connection is accepted there";
    }
    if (failure instanceof UnknownHostException) {
      return "the host name is not known";
    }
    return failure instanceof SocketTimeoutException
        ? "no answer in time"
        : failure.getClass().getSimpleName();
  }

  private static String reason(IOException failure) {
    GoogleJsonError details = details(failure);
    List<GoogleJsonError.ErrorInfo> errors = details == null ? null : details.getErrors();
    if (errors == null || errors.isEmpty()) {
      return "";
    }
    String reason = errors.get(0).getReason();
    return reason == null ? "" : reason;
  }

  private static @Nullable GoogleJsonError details(IOException failure) {
    return failure instanceof GoogleJsonResponseException json ? json.getDetails() : null;
  }
}
