package io.walbeam.pipeline;

import io.walbeam.options.RunSettings;
import io.walbeam.options.RunSettings.Placement;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.LocalPositions;
import io.walbeam.source.PublishedPositions;
import io.walbeam.source.ShownPositions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Everything that the DoFns of one job share in one JVM: the sink, the routes, the publisher.
 *
 * <p>Made at first use, closed by the launcher at the end of a local run; a worker keeps it until
 * it dies. Thread-safe.
 */
final class Destination implements AutoCloseable {
  /**
   * Threads that wait for acknowledgements: more requests than this on their way gain nothing over
   * one connection of 1 to 10 MB/s each.
   */
  private static final int WRITER_THREADS = 16;

  /** By slot key, which names slot and job. */
  private static final Map<String, Destination> SHARED = new ConcurrentHashMap<>();

  private final BigQuerySink sink;
  private final Routes routes;
  private final SourceCatalogue catalogue;
  private final Optional<ShownPositions> shown;
  private final StatePublisher publisher;
  private final ExecutorService executor;

  private Destination(RunSettings settings) {
    sink = BigQuerySink.acquire(settings.destination());
    catalogue = new SourceCatalogue(settings.postgres());
    routes = new Routes(settings.tables(), catalogue, new RouteCompiler(settings));
    shown =
        settings.placement() == Placement.WORKERS
            ? Optional.of(ShownPositions.publisher(ReplicationPipeline.source(settings)))
            : Optional.empty();
    PublishedPositions positions =
        shown.<PublishedPositions>map(channel -> channel).orElse(LocalPositions.shared());
    publisher = new StatePublisher(sink.stateStore(), positions, slotKey(settings));
    executor = Executors.newFixedThreadPool(WRITER_THREADS, new WriterThreads());
  }

  /** The destination of the job, opened at first use in this JVM. */
  static Destination of(RunSettings settings) {
    return SHARED.computeIfAbsent(slotKey(settings), key -> new Destination(settings));
  }

  /**
   * Waits until every position handed over is published.
   *
   * @return whether it was within {@code timeout}
   */
  static boolean awaitPublished(RunSettings settings, Duration timeout)
      throws InterruptedException {
    Destination destination = SHARED.get(slotKey(settings));
    return destination == null || destination.publisher.awaitPublished(timeout);
  }

  /** Closes what {@link #of} opened in this JVM. */
  static void closeShared(RunSettings settings) {
    Destination destination = SHARED.remove(slotKey(settings));
    if (destination != null) {
      destination.close();
    }
  }

  private static String slotKey(RunSettings settings) {
    return ReplicationPipeline.source(settings).slotKey();
  }

  Routes routes() {
    return routes;
  }

  TableSink tables() {
    return sink.tables();
  }

  DeadLetterSink deadLetters() {
    return sink.deadLetters();
  }

  SinkMetrics metrics() {
    return sink.metrics();
  }

  StatePublisher publisher() {
    return publisher;
  }

  ExecutorService executor() {
    return executor;
  }

  Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    publisher.close();
    shown.ifPresent(ShownPositions::close);
    catalogue.close();
    sink.close();
  }

  private static final class WriterThreads implements ThreadFactory {
    private final AtomicInteger number = new AtomicInteger();

    @Override
    public Thread newThread(Runnable work) {
      Thread thread = new Thread(work, "walbeam-writer-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    }
  }
}
