package io.walbeam.sink;

import io.walbeam.failure.ErrorClass;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Sums in memory since construction. Thread-safe, without locks on the hot path. */
public final class CountingSinkMetrics implements SinkMetrics {
  private final LongAdder requests = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder latencyNanos = new LongAdder();
  private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
  private final Map<String, LongAdder> rowsByTable = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> retries = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> rejections = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> readBacks = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> substitutions = new ConcurrentHashMap<>();
  private final LongAdder absent = new LongAdder();

  // Guarded by this: one request has many rows, so the lock is rarely taken.
  private Latency latency = Latency.NONE;

  /**
   * Times from sending to the acknowledgement, milliseconds.
   *
   * @param count number of requests; the other values mean nothing if it is 0
   */
  public record Latency(long count, long sum, long shortest, long longest) {
    static final Latency NONE = new Latency(0, 0, Long.MAX_VALUE, 0);

    Latency with(long millis) {
      return new Latency(
          count + 1, sum + millis, Math.min(shortest, millis), Math.max(longest, millis));
    }
  }

  /**
   * The sums at one moment; not a consistent cut across counters.
   *
   * @param requests acknowledged requests
   * @param rows acknowledged rows
   * @param bytes acknowledged encoded bytes
   * @param latencyNanos sum over the acknowledged requests
   * @param longestNanos longest single request
   * @param rowsByTable acknowledged rows by table name
   * @param retries repeated requests by label of the error class
   * @param rejections refused rows by label of the error class
   * @param substitutions values that were not written as they are, by label of the error class
   * @param readBacks rows whose large values were looked up at the source, by table name
   * @param readBacksAbsent rows that were looked up and are gone from the source
   */
  public record Totals(
      long requests,
      long rows,
      long bytes,
      long latencyNanos,
      long longestNanos,
      Map<String, Long> rowsByTable,
      Map<String, Long> retries,
      Map<String, Long> rejections,
      Map<String, Long> substitutions,
      Map<String, Long> readBacks,
      long readBacksAbsent) {}

  @Override
  public void appended(String table, int rowCount, long byteCount, long nanos) {
    requests.increment();
    rows.add(rowCount);
    bytes.add(byteCount);
    latencyNanos.add(nanos);
    longestNanos.accumulate(nanos);
    synchronized (this) {
      latency = latency.with(TimeUnit.NANOSECONDS.toMillis(nanos));
    }
    add(rowsByTable, table, rowCount);
  }

  @Override
  public void retried(String table, ErrorClass errorClass) {
    add(retries, errorClass.label(), 1);
  }

  @Override
  public void rejected(String table, ErrorClass errorClass) {
    add(rejections, errorClass.label(), 1);
  }

  @Override
  public void substituted(ErrorClass errorClass) {
    add(substitutions, errorClass.label(), 1);
  }

  @Override
  public void readBack(String table, int found, int missing) {
    add(readBacks, table, found);
    absent.add(missing);
  }

  /** The latencies since the last call. */
  public synchronized Latency takeLatency() {
    Latency taken = latency;
    latency = Latency.NONE;
    return taken;
  }

  /** The sums so far. */
  public Totals totals() {
    return new Totals(
        requests.sum(),
        rows.sum(),
        bytes.sum(),
        latencyNanos.sum(),
        longestNanos.get(),
        sums(rowsByTable),
        sums(retries),
        sums(rejections),
        sums(substitutions),
        sums(readBacks),
        absent.sum());
  }

  private static void add(Map<String, LongAdder> sums, String key, long value) {
    sums.computeIfAbsent(key, any -> new LongAdder()).add(value);
  }

  private static Map<String, Long> sums(Map<String, LongAdder> adders) {
    Map<String, Long> sums = new TreeMap<>();
    adders.forEach((key, adder) -> sums.put(key, adder.sum()));
    return sums;
  }
}
