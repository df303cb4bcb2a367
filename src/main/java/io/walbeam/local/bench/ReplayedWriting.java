package io.walbeam.local.bench;

import com.sun.management.ThreadMXBean;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.Operation;
import io.walbeam.change.TableId;
import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.progress.Receipt;
import io.walbeam.row.ContextMapping;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.Sink;
import io.walbeam.sink.TableSink;
import io.walbeam.write.BundleWriter;
import io.walbeam.write.DeadLetterQueue;
import io.walbeam.write.MissedChanges;
import io.walbeam.write.ReceiptRelease;
import io.walbeam.write.RouteCompiler;
import io.walbeam.write.RouteLookahead;
import io.walbeam.write.Routes;
import io.walbeam.write.SourceCatalogue;
import io.walbeam.write.SourceRows;
import io.walbeam.write.StreamRequests;
import io.walbeam.write.SubstitutionLog;
import io.walbeam.write.TableWriter;
import io.walbeam.write.WriteMeter;
import io.walbeam.write.WriteStage;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The writing half of a job in this JVM, as workers have it, over batches that are there already:
 * bundles of them go through as many threads as are asked for. Not thread-safe.
 */
final class ReplayedWriting implements AutoCloseable {
  /** Batches of a bundle, as many as the DirectRunner puts into one. */
  private static final int BUNDLE = 10;

  /** Threads that wait for acknowledgements, as on workers. */
  private static final int WRITERS = 16;

  /** Of HotSpot, which is what benchmarks run on. */
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final LongAdder allocated = new LongAdder();
  private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
  private final SourceCatalogue catalogue;
  private final SourceRows sourceRows;
  private final WriteStage stage;

  /**
   * @param sink of which everything is used but what takes rows
   * @param tables takes rows
   */
  ReplayedWriting(ReplicationSettings replication, Sink sink, TableSink tables) {
    Clock clock = Clock.systemUTC();
    catalogue = new SourceCatalogue(replication, sink.stalls());
    sourceRows = new SourceRows(replication.postgres(), sink.stalls(), sink.letGo());
    MappingSettings mapping = new MappingSettings(TableNameTemplate.DEFAULT, "PT10M");
    Routes routes =
        new Routes(
            TablePatterns.ALL,
            catalogue,
            new RouteCompiler(
                mapping,
                sink.existing(),
                sink.changelogShapes(),
                new SubstitutionLog(sink.metrics())));
    stage =
        new WriteStage(
            routes,
            new RouteLookahead(routes, writers),
            new ContextMapping(mapping),
            new TableWriter(routes, sourceRows, tables, sink.metrics(), writers),
            new DeadLetterQueue(
                "dead_letters",
                sink.deadLetters(),
                writers,
                clock,
                new MissedChanges(missed -> {}, table -> true)),
            ReceiptRelease.withTheBundle(tables),
            new NoRequests(),
            new NoMeter(),
            new WriteStage.Waiting(sink.stalls(), new EndOfRun(sink.stalls(), true, clock)),
            clock);
  }

  /** Writes all of them once, in so many threads; returns when every row is durable. */
  void run(List<ChangeBatch> batches, int threads) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            workers.submit(
                () -> {
                  work(batches, next);
                  return null;
                }));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("A bundle failed.", e.getCause());
    } finally {
      workers.shutdownNow();
    }
  }

  /** Bytes that the threads which work off bundles have allocated so far. */
  long allocated() {
    return allocated.sum();
  }

  private void work(List<ChangeBatch> batches, AtomicInteger next) throws InterruptedException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      bundles(batches, next);
    } finally {
      allocated.add(THREADS.getCurrentThreadAllocatedBytes() - before);
    }
  }

  private void bundles(List<ChangeBatch> batches, AtomicInteger next) throws InterruptedException {
    while (true) {
      int first = next.getAndAdd(BUNDLE);
      if (first >= batches.size()) {
        return;
      }
      BundleWriter bundle = new BundleWriter(stage);
      for (ChangeBatch batch : batches.subList(first, Math.min(first + BUNDLE, batches.size()))) {
        bundle.add(batch);
      }
      List<Receipt> unused = bundle.finish();
    }
  }

  @Override
  public void close() {
    writers.shutdownNow();
    catalogue.close();
    sourceRows.close();
  }

  private static final class NoMeter implements WriteMeter {
    @Override
    public void decoded(TableId table, Operation operation, long changes, long bytes) {}

    @Override
    public void report() {}
  }

  /** A benchmark's stream has rows only. */
  private static final class NoRequests implements StreamRequests {
    @Override
    public boolean appliesTruncations() {
      return false;
    }

    @Override
    public void record(List<Truncation> truncations, List<Dump> dumps) {}

    @Override
    public void record(List<Statement> statements) {}
  }
}
