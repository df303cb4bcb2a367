package io.walbeam.sink;

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
        public void retried(String table, String errorClass) {}

        @Override
        public void rejected(String table, String errorClass) {}

        @Override
        public void readBack(int rows) {}
      };

  /**
   * One request was acknowledged.
   *
   * @param bytes encoded rows, without the framing of the request
   * @param latencyNanos from sending to the acknowledgement
   */
  void appended(String table, int rows, long bytes, long latencyNanos);

  /** One request failed and is sent again. */
  void retried(String table, String errorClass);

  /** One row was refused for good. */
  void rejected(String table, String errorClass);

  /** So many rows were read from the source again, because a large value was not in the stream. */
  void readBack(int rows);
}
