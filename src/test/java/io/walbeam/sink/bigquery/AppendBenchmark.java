package io.walbeam.sink.bigquery;

import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How much CPU the sink takes for each row. Not a test.
 *
 * <p>{@code server} starts a server that parses requests and keeps nothing, and prints its
 * endpoint; {@code ENDPOINT REQUESTS THREADS} writes requests of 8,000 rows to it.
 */
final class AppendBenchmark {
  private static final int ROWS = 8_000;
  private static final int ROW_BYTES = 150;

  private AppendBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("server")) {
      FakeBigQuery server = new FakeBigQuery();
      server.keepAppends = false;
      server.rule = append -> append.respond(AppendRowsResponse.getDefaultInstance());
      System.out.println(server.settings().endpoint());
      Thread.currentThread().join();
    }
    int requests = Integer.parseInt(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    BigQuerySettings settings =
        new BigQuerySettings("p", "d", "", arguments[0], "dead", "walbeam:benchmark");
    ExecutorService writers = Executors.newFixedThreadPool(threads);
    try (BigQuerySink sink = new BigQuerySink(settings, Pace.PRODUCTION)) {
      for (int round = 0; round < 4; round++) {
        run(sink, writers, requests, threads);
      }
      System.out.println(sink.metrics().totals());
    }
    writers.shutdown();
  }

  private static void run(BigQuerySink sink, ExecutorService writers, int requests, int threads)
      throws Exception {
    DestinationTable table = Rows.keyed("t");
    List<EncodedRow> rows = rows();
    Duration cpu = cpu();
    long started = System.nanoTime();
    List<Future<?>> running = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      running.add(
          writers.submit(
              () -> {
                for (int i = 0; i < requests / threads; i++) {
                  sink.tables().write(table, rows);
                }
                return null;
              }));
    }
    for (Future<?> writer : running) {
      writer.get();
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    int each = requests / threads;
    double million = (double) each * threads * ROWS / 1e6;
    System.out.printf(
        Locale.ROOT,
        "%,.0f rows/s, %.2f CPU s per million rows%n",
        million * 1e6 / seconds,
        cpu().minus(cpu).toMillis() / 1e3 / million);
  }

  /** Slices of one shared array, as the mapper makes them. */
  private static List<EncodedRow> rows() {
    String padding = "x".repeat(ROW_BYTES);
    byte[] shared = new byte[ROWS * (ROW_BYTES + 80)];
    List<EncodedRow> rows = new ArrayList<>(ROWS);
    int offset = 0;
    for (int i = 0; i < ROWS; i++) {
      EncodedRow row = Rows.upsert(i, padding.substring(0, ROW_BYTES - 86));
      System.arraycopy(row.bytes(), 0, shared, offset, row.length());
      rows.add(new EncodedRow(shared, offset, row.length()));
      offset += row.length();
    }
    return rows;
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
