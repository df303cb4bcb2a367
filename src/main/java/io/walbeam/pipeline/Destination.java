package io.walbeam.pipeline;

import io.walbeam.backfill.DumpContext;
import io.walbeam.backfill.DumpPace;
import io.walbeam.backfill.DumpRequest;
import io.walbeam.backfill.DumpRoute;
import io.walbeam.backfill.DumpSettings;
import io.walbeam.backfill.Dumps;
import io.walbeam.backfill.Positions;
import io.walbeam.backfill.Truncations;
import io.walbeam.options.RunSettings;
import io.walbeam.postgres.PublishedTable;
import java.util.Optional;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.TableSink;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.LocalPositions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
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
  private final StatePublisher publisher;
  private final ExecutorService executor;
  private final RunSettings settings;
  private final Dumps dumps;
  private final Truncations truncations;

  private Destination(RunSettings settings) {
    sink = BigQuerySink.acquire(settings.destination());
    catalogue = new SourceCatalogue(settings.postgres());
    routes = new Routes(settings.tables(), catalogue, new RouteCompiler(settings));
    publisher = new StatePublisher(sink.stateStore(), LocalPositions.shared(), slotKey(settings));
    executor = Executors.newFixedThreadPool(WRITER_THREADS, new WriterThreads());
    this.settings = settings;
    DumpPace pace =
        (settings.placement() == RunSettings.Placement.ONE_JVM
                ? DumpPace.ONE_JVM
                : DumpPace.WORKERS)
            .withChunkRows(settings.dumps().chunkRows());
    dumps = new Dumps(dumpSettings(settings, pace), dumpEnds());
    truncations =
        new Truncations(
            sink.outdatedRows(),
            sink.tables(),
            sink.deadLetters(),
            sink.stalls(),
            dumps,
            heldPositions(publisher),
            settings.dumps().truncateLimit(),
            pace.poll(),
            clock());
  }

  private static DumpSettings dumpSettings(RunSettings settings, DumpPace pace) {
    return new DumpSettings(
        settings.postgres(),
        settings.dumps().replica().orElse(null),
        settings.slot(),
        settings.publication(),
        settings.epoch(),
        settings.tables(),
        settings.dumps().initial(),
        settings.dumps().requests(),
        settings.dumps().parallelism(),
        pace);
  }

  private DumpContext.Ends dumpEnds() {
    return new DumpContext.Ends(
        this::dumpRoute,
        sink.tables(),
        sink.deadLetters(),
        sink.dumpLedger(),
        sink.outdatedRows(),
        sink.stalls(),
        clock());
  }

  private Optional<DumpRoute> dumpRoute(PublishedTable table) {
    Route route = routes.route(table.relation(), table.types());
    return route.wanted()
        ? Optional.of(
            new DumpRoute(route.relation(), route.key(), route.replica(), route.changelog()))
        : Optional.empty();
  }

  private static Positions heldPositions(StatePublisher publisher) {
    return new Positions() {
      @Override
      public Hold hold(long lsn) {
        StatePublisher.Hold hold = publisher.hold(lsn);
        return hold::close;
      }

      @Override
      public void awaitWritten(long lsn) throws InterruptedException {
        publisher.awaitSubmitted(lsn);
      }
    };
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

  /**
   * Waits until every dump asked for is over and every truncation is applied.
   *
   * @throws io.walbeam.failure.WalbeamException if a dump failed
   */
  static void awaitDumps(RunSettings settings) throws InterruptedException {
    Destination destination = SHARED.get(slotKey(settings));
    if (destination != null) {
      destination.dumps.awaitAll();
      destination.publisher.awaitReleased();
    }
  }

  /** Gives up dumps and truncations under way; a restart goes on with them. */
  static void endDumps(RunSettings settings) {
    Destination destination = SHARED.get(slotKey(settings));
    if (destination != null) {
      destination.truncations.close();
      destination.dumps.close();
    }
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

  Dumps dumps() {
    return dumps;
  }

  Truncations truncations() {
    return truncations;
  }

  /** Whether a truncation of a source table is one of the destination's. */
  boolean appliesTruncations() {
    return settings.dumps().applyTruncations();
  }

  /** Names a dump request that was committed there and then. */
  DumpRequest.Origin requestOrigin(long commitLsn, long commitMicros) {
    return new DumpRequest.Origin(settings.slot(), settings.epoch(), commitLsn, commitMicros);
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
    truncations.close();
    dumps.close();
    executor.shutdownNow();
    publisher.close();
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
