package io.walbeam.sink.bigquery;

import io.walbeam.failure.RetryPolicy;
import java.time.Duration;

/**
 * How long to wait for what.
 *
 * @param firstDelay before the first repetition of a failed request
 * @param longestDelay between repetitions; doubling stops here
 * @param parkedDelay between attempts on a table that a person must mend
 * @param stallAfter failing this long without success is shown as a stall
 * @param responseDeadline a request without a response for this long is taken for lost; longer
 *     while answers are slow
 * @param idleAfter a connection without a request for this long is closed
 * @param metadataSpacing least time between two metadata updates of one table
 * @param revalidateAfter least time between two checks of a table whose rows are refused
 */
record Pace(
    Duration firstDelay,
    Duration longestDelay,
    Duration parkedDelay,
    Duration stallAfter,
    Duration responseDeadline,
    Duration idleAfter,
    Duration metadataSpacing,
    Duration revalidateAfter) {
  /** What failed is tried again after these. */
  RetryPolicy retry() {
    return new RetryPolicy(firstDelay, longestDelay, parkedDelay, stallAfter);
  }

  /**
   * The values of a real run.
   *
   * <p>Stall: soon enough for whoever looks because nothing moves. Response deadline: a hundred
   * times what an answer takes; a dead network is found about as soon by keepalives. Idle: the
   * service closes a connection after ten minutes. Metadata: BigQuery allows 5 updates per 10
   * seconds and table ("Quotas and limits", Tables), several workers share them.
   */
  static final Pace PRODUCTION =
      new Pace(
          Duration.ofMillis(100),
          Duration.ofSeconds(20),
          Duration.ofMinutes(1),
          Duration.ofSeconds(8),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMillis(2500),
          Duration.ofMinutes(1));
}
