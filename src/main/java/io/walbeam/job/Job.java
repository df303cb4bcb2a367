package io.walbeam.job;

import io.walbeam.change.ChangePosition;
import io.walbeam.dump.DumpContext;
import io.walbeam.dump.DumpPace;
import io.walbeam.dump.DumpRequest;
import io.walbeam.dump.DumpRoute;
import io.walbeam.dump.DumpSettings;
import io.walbeam.dump.Dumps;
import io.walbeam.dump.Positions;
import io.walbeam.dump.Truncations;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.RunSettings;
import io.walbeam.options.RunSettings.Placement;
import io.walbeam.postgres.PublishedTable;
import io.walbeam.progress.LocalProgress;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.LocalJob;
import io.walbeam.source.PublishedPositions;
import io.walbeam.source.SourceSettings;
import io.walbeam.write.Completion;
import io.walbeam.write.DeadLetterBox;
import io.walbeam.write.DeadLetterQueue;
import io.walbeam.write.EarlierImages;
import io.walbeam.write.HeldRows;
import io.walbeam.write.RefusedRow;
import io.walbeam.write.Route;
import io.walbeam.write.RouteCompiler;
import io.walbeam.write.Routes;
import io.walbeam.write.RowOrigin;
import io.walbeam.write.RowsWriter;
import io.walbeam.write.SourceCatalogue;
import io.walbeam.write.SourceRows;
import io.walbeam.write.TableRows;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the DoFns of one job share in one JVM: the sink, the routes, the publisher.
 *
 * <p>Made at first use. The launcher closes it at the end of a local run; a worker, which outlives
 * jobs, when the last part of the job there has gone. Thread-safe.
 */
public final class Job implements LocalJob.Shared {
  /**
   * Threads that wait for acknowledgements: more requests than this on their way gain nothing over
   * one connection of 1 to 10 MB/s each.
   */
  private static final int WRITER_THREADS = 16;

  /** How long a run that shall end waits for a table that a person must mend. */
  private static final Duration PARKED_PATIENCE = Duration.ofMinutes(1);

  /** Between two looks how far the job is confirmed, which is told about once a second. */
  private static final Duration CONFIRMED_POLL = Duration.ofMillis(200);

  private final BigQuerySink sink;
  private final Routes routes;
  private final SourceCatalogue catalogue;
  private final SourceRows sourceRows;
  private final PublishedPositions positions;
  private final StatePublisher publisher;
  private final ExecutorService executor;
  private final RunSettings settings;
  private final Dumps dumps;
  private final Truncations truncations;
  private final @Nullable HeldRows heldRows;
  private final JobMeter meter;
  private final DeadLetterQueue deadLetters;

  Job(RunSettings settings) {
    this.settings = settings;
    sink = BigQuerySink.acquire(settings.destination());
    catalogue = new SourceCatalogue(settings.postgres());
    sourceRows = new SourceRows(settings.postgres(), sink.stalls());
    routes = new Routes(settings.tables(), catalogue, new RouteCompiler(settings));
    positions =
        ReplicationPipeline.source(settings)
            .channel()
            .publishing(ReplicationPipeline.source(settings));
    publisher = new StatePublisher(sink.stateStore(), positions);
    if (isAlone()) {
      // Tables that wait keep threads; how many is bounded by the bundle and by what is held.
      executor = Executors.newCachedThreadPool(new WriterThreads());
      LocalProgress progress = new LocalProgress(publisher, settings.slot());
      heldRows =
          new HeldRows(
              this::write,
              this::bury,
              executor,
              progress::note,
              progress::publish,
              HeldRows.LIMIT_BYTES);
    } else {
      executor = Executors.newFixedThreadPool(WRITER_THREADS, new WriterThreads());
      heldRows = null;
    }
    DumpPace pace =
        (isAlone() ? DumpPace.ONE_JVM : DumpPace.WORKERS)
            .withChunkRows(settings.dumps().chunkRows());
    dumps = new Dumps(dumpSettings(settings, pace), dumpEnds());
    meter = new JobMeter(sink.metrics(), sink.stalls(), dumps::overview);
    deadLetters =
        new DeadLetterQueue(
            settings.destination().deadLetterTable(), sink.deadLetters(), meter, executor);
    truncations =
        new Truncations(
            sink.outdatedRows(),
            sink.tables(),
            sink.deadLetters(),
            sink.stalls(),
            dumps,
            isAlone() ? heldPositions(publisher) : shownPositions(settings),
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
        settings.jobToken(),
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
        (truncation, mapping) -> truncations.carryOut(truncation, mapping),
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

  /**
   * On workers nothing is held back, because the ledger remembers the truncation; what is written
   * is known where the slot is read.
   */
  private static Positions shownPositions(RunSettings settings) {
    SourceSettings source = ReplicationPipeline.source(settings);
    return new Positions() {
      @Override
      public Hold hold(long lsn) {
        return () -> {};
      }

      @Override
      public void awaitWritten(long lsn) throws InterruptedException {
        while (Long.compareUnsigned(LocalJob.of(source.slotKey()).lag().confirmedLsn(), lsn) <= 0) {
          Thread.sleep(CONFIRMED_POLL.toMillis());
        }
      }
    };
  }

  /** The name under which the parts of a job in one JVM find each other. */
  static String key(RunSettings settings) {
    return ReplicationPipeline.source(settings).slotKey();
  }

  /** Gives up dumps and truncations under way; a restart goes on with them. */
  void endDumps() {
    truncations.close();
    dumps.close();
  }

  public Routes routes() {
    return routes;
  }

  public Dumps dumps() {
    return dumps;
  }

  public Truncations truncations() {
    return truncations;
  }

  /** Whether the whole job is in this JVM. */
  public boolean isAlone() {
    return settings.placement() == Placement.ONE_JVM;
  }

  /** Whether a truncation of a source table is one of the destination's. */
  public boolean appliesTruncations() {
    return settings.dumps().applyTruncations();
  }

  /** Names a dump request that was written there and then. */
  public DumpRequest.Origin requestOrigin(ChangePosition position, long commitMicros) {
    return new DumpRequest.Origin(
        settings.slot(),
        settings.epoch(),
        position.commitLsn(),
        position.changeLsn(),
        commitMicros,
        settings.jobToken());
  }

  /** Writes the rows of one table; see {@link RowsWriter#write}. */
  List<RefusedRow> write(TableRows chunk) throws InterruptedException {
    return new RowsWriter(
            sink.tables(), sourceRows::read, this::earlierImages, sink.metrics(), chunk)
        .write();
  }

  private Collection<Deque<EarlierImages.Image>> earlierImages(
      TableRows chunk, List<RowOrigin> unwritten) {
    return EarlierImages.find(routes, chunk.supersededIn(), chunk.table(), unwritten);
  }

  /** {@link #write} in another thread. */
  public CompletableFuture<List<RefusedRow>> submit(TableRows chunk) {
    CompletableFuture<List<RefusedRow>> result = new CompletableFuture<>();
    executor.execute(() -> Completion.complete(result, () -> write(chunk)));
    return result;
  }

  /** Where rows of a table that waits are held back; null where bundles must wait for them. */
  public @Nullable HeldRows heldRows() {
    return heldRows;
  }

  /** Whether writing to a destination table waits for something. */
  public boolean isStalled(String table) {
    return sink.stalls().isStalled(table);
  }

  /**
   * Ends a run that shall end, if a bundle has waited too long for a table that a person must mend.
   */
  public void endIfParked(String table, Duration waited) {
    if (!settings.stopAtNow() || waited.compareTo(PARKED_PATIENCE) < 0) {
      return;
    }
    for (Stalls.Stall stall : sink.stalls().current()) {
      if (stall.parked() && stall.table().equals(table)) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "The run ends, but rows of table " + table + " cannot be written.",
            stall.reason() + " Then start again; nothing is lost.");
      }
    }
  }

  private void bury(List<RefusedRow> refused) throws InterruptedException {
    DeadLetterBox box = new DeadLetterBox(clock());
    refused.forEach(box::add);
    deadLetters.write(box.take());
  }

  public DeadLetterQueue deadLetters() {
    return deadLetters;
  }

  Stalls stalls() {
    return sink.stalls();
  }

  public SinkMetrics metrics() {
    return sink.metrics();
  }

  /** What this job counts. */
  public JobMeter meter() {
    return meter;
  }

  StatePublisher publisher() {
    return publisher;
  }

  public Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public boolean endsWithItsParts() {
    return !isAlone();
  }

  @Override
  public void close() {
    endDumps();
    executor.shutdownNow();
    publisher.close();
    positions.close();
    catalogue.close();
    sourceRows.close();
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
