package io.walbeam.sink;

import io.walbeam.failure.ErrorClass;

/**
 * What a sink counts. Free of Beam: the pipeline carries it over. Implementations are thread-safe
 * and never throw.
 */
public interface SinkMetrics {
  /** Counts nothing. */
  SinkMetrics NONE =
      new SinkMetrics() {
        @Override
        public void appended(String table, int rows, long bytes, long latencyNanos) {}

        @Override
        public void retried(String table, ErrorClass errorClass) {}

        @Override
        public void rejected(String table, ErrorClass errorClass) {}
      };

  /**
   * One request was acknowledged.
   *
   * @param bytes encoded rows, without the framing of the request
   * @param latencyNanos from sending to the acknowledgement
   */
  void appended(String table, int rows, long bytes, long latencyNanos);

  /** One request failed and is sent again. */
  void retried(String table, ErrorClass errorClass);

  /** One row was refused for good. */
  void rejected(String table, ErrorClass errorClass);

  /** A value was written as NULL, or as text beside its column, because BigQuery lacks it. */
  default void substituted(ErrorClass errorClass) {}

  /**
   * Rows were looked up at the source, because their change left a large value alone.
   *
   * @param table name of the destination table
   * @param found how many were there; the others have been deleted or moved since
   */
  default void readBack(String table, int found, int absent) {}
}
