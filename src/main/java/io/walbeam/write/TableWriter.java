package io.walbeam.write;

import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.TableSink;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Writes rows of one table after the other, on threads of the job. Thread-safe. */
public final class TableWriter implements HeldRows.Write {
  private final Routes routes;
  private final SourceRows source;
  private final TableSink sink;
  private final SinkMetrics metrics;
  private final Executor executor;

  /** The last write of each table, where their order is kept. Guarded by itself. */
  private final Map<String, CompletableFuture<?>> last = new HashMap<>();

  /**
   * @param source where values come from that the stream left out
   * @param executor whose threads write, and wait for what a table waits for
   */
  public TableWriter(
      Routes routes, SourceRows source, TableSink sink, SinkMetrics metrics, Executor executor) {
    this.routes = routes;
    this.source = source;
    this.sink = sink;
    this.metrics = metrics;
    this.executor = executor;
  }

  /** Returns when every row is durable or refused; see {@link RowsWriter#write}. */
  @Override
  public List<RefusedRow> write(TableRows rows) throws InterruptedException {
    return new RowsWriter(sink, source::read, this::earlierImages, metrics, rows).write();
  }

  private Collection<Deque<EarlierImages.Image>> earlierImages(
      TableRows rows, List<RowOrigin> unwritten) {
    return EarlierImages.find(routes, rows.supersededIn(), rows.table(), unwritten);
  }

  /** {@link #write} in another thread. */
  CompletableFuture<List<RefusedRow>> submit(TableRows rows) {
    CompletableFuture<List<RefusedRow>> result = new CompletableFuture<>();
    if (!sink.keepsOrder()) {
      executor.execute(() -> Futures.complete(result, () -> write(rows)));
      return result;
    }
    synchronized (last) {
      CompletableFuture<?> before =
          last.getOrDefault(rows.table().name(), CompletableFuture.completedFuture(null));
      last.put(
          rows.table().name(),
          before.handleAsync(
              (any, error) -> {
                Futures.complete(result, () -> write(rows));
                return null;
              },
              executor));
    }
    return result;
  }

  /** Bytes of rows of a table that are written together, if so many are there. */
  long bestBytes() {
    return sink.bestBytes();
  }

  SinkMetrics metrics() {
    return metrics;
  }
}
