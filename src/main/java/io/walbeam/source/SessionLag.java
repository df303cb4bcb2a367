package io.walbeam.source;

import io.walbeam.metrics.Metric;

/**
 * How far the destination is behind the server at one moment.
 *
 * @param bytes of WAL between the confirmed position and the end of the server's WAL
 * @param seconds age of the oldest commit that is not confirmed, 0 when nothing is missing
 * @param queueBytes read from the server and not handed out
 * @param batches read from the server and not confirmed
 * @param ageSeconds since the server said last where its WAL ends; beyond a few it does not answer
 * @param confirmedLsn everything that ends at or before it is durable, unsigned; 0 if not known
 * @param delayMicros age of the oldest commit with changes that was read and is not confirmed,
 *     microseconds; 0 if there is none
 */
public record SessionLag(
    long bytes,
    long seconds,
    long ageSeconds,
    long queueBytes,
    long batches,
    long confirmedLsn,
    long delayMicros) {
  /** Before there is a connection. */
  public static final SessionLag UNKNOWN = new SessionLag(0, 0, 0, 0, 0, 0, 0);

  /** Sets Beam's gauges. On a thread of Beam. */
  void report() {
    Metric.LAG_BYTES.gauge().set(bytes);
    Metric.LAG_SECONDS.gauge().set(seconds);
    Metric.LAG_AGE_SECONDS.gauge().set(ageSeconds);
    Metric.QUEUE_BYTES.gauge().set(queueBytes);
    Metric.BATCHES_OUTSTANDING.gauge().set(batches);
    Metric.CONFIRMED_LSN.gauge().set(confirmedLsn);
  }
}
