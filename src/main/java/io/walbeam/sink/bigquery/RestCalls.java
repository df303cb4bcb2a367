package io.walbeam.sink.bigquery;

import com.google.api.client.http.HttpResponseException;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Retry;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.Waits;
import java.io.IOException;

/**
 * How a REST call is made, and what its failure is called. Thread-safe. What passes by itself is
 * retried in place without limit, with a named stall after a while.
 */
final class RestCalls {
  private final BigQuerySettings settings;
  private final Pace pace;
  private final Waits waits;
  private final Stalls stalls;

  /** One REST call. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** A call that failed for good. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    final RestFailures.Meaning meaning;
    final IOException failure;

    RefusedException(RestFailures.Meaning meaning, IOException failure) {
      super(failure);
      this.meaning = meaning;
      this.failure = failure;
    }
  }

  RestCalls(BigQuerySettings settings, Pace pace, Waits waits, Stalls stalls) {
    this.settings = settings;
    this.pace = pace;
    this.waits = waits;
    this.stalls = stalls;
  }

  /**
   * Makes a call until it succeeds or is refused.
   *
   * @param table named in a stall
   */
  <T> T make(String table, Call<T> call) throws InterruptedException, RefusedException {
    try (Retry retry = new Retry(pace.retry(), waits, stalls.of(table))) {
      while (true) {
        try {
          // Closing ends the stall without a word: that a call succeeds does not mean that rows do.
          return call.run();
        } catch (IOException e) {
          RestFailures.Meaning meaning = RestFailures.of(e);
          if (meaning != RestFailures.Meaning.PASSES) {
            throw new RefusedException(meaning, e);
          }
          boolean unused = retry.pause(FailureKind.TRANSIENT, reason(e));
        }
      }
    }
  }

  /** An outage begins with the same words as where rows are written. */
  private String reason(IOException e) {
    return e instanceof HttpResponseException
        ? "BigQuery's REST API at " + where() + " fails: " + RestFailures.text(e)
        : unreachable(e) + " This passes by itself.";
  }

  /** A sentence about a call that nobody has answered. */
  String unreachable(IOException e) {
    return "BigQuery cannot be reached at " + where() + ": " + RestFailures.text(e) + ".";
  }

  /** Before the same is asked again that was not ready. */
  void waitForMore() throws InterruptedException {
    waits.sleep(pace.firstDelay());
  }

  /** Whom calls go to. */
  String where() {
    return settings.endpoint().isEmpty() ? "bigquery.googleapis.com" : settings.endpoint();
  }

  String dataset() {
    return settings.project() + "." + settings.dataset();
  }

  WalbeamException datasetMissing(IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "The BigQuery dataset " + dataset() + " does not exist.",
        "Create it: bq mk --dataset " + settings.project() + ":" + settings.dataset(),
        cause);
  }

  WalbeamException denied(String permission, IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "The permission " + permission + " on BigQuery dataset " + dataset() + " is missing.",
        permission.startsWith("bigquery.jobs")
            ? "Grant the role BigQuery Job User on project " + settings.project() + "."
            : "Grant the role BigQuery Data Editor on the dataset.",
        cause);
  }

  static WalbeamException refused(String what, String name, IOException cause) {
    return new WalbeamException(
        FailureKind.OPERATOR,
        "BigQuery refuses to " + what + " " + name + ": " + RestFailures.text(cause),
        "Mend what it says.",
        cause);
  }
}
