package io.walbeam.pipeline;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.RunSettings;
import io.walbeam.options.RunSettings.Placement;
import io.walbeam.progress.LocalProgress;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.SinkMetrics;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.bigquery.BigQuerySink;
import io.walbeam.source.LocalPositions;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

  /** How long a run that shall end waits for a table that a person must mend. */
  private static final Duration PARKED_PATIENCE = Duration.ofMinutes(1);

  /** Between two looks at what held rows wait for. */
  private static final Duration HELD_POLL = Duration.ofMillis(100);

  /** By slot key, which names slot and job. */
  private static final Map<String, Destination> SHARED = new ConcurrentHashMap<>();

  private final BigQuerySink sink;
  private final Routes routes;
  private final SourceCatalogue catalogue;
  private final SourceRows sourceRows;
  private final StatePublisher publisher;
  private final ExecutorService executor;
  private final @Nullable HeldRows heldRows;
  private final boolean stopAtNow;

  private Destination(RunSettings settings) {
    stopAtNow = settings.stopAtNow();
    sink = BigQuerySink.acquire(settings.destination());
    catalogue = new SourceCatalogue(settings.postgres());
    sourceRows = new SourceRows(settings.postgres(), sink.stalls());
    routes = new Routes(settings.tables(), catalogue, new RouteCompiler(settings));
    publisher = new StatePublisher(sink.stateStore(), LocalPositions.shared(), slotKey(settings));
    if (settings.placement() == Placement.ONE_JVM) {
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
   * Waits until no row is held back, as long as it may end by itself.
   *
   * @param patience for what may end by itself
   * @param parkedPatience for tables that a person must mend
   * @return why rows are still held back; empty if none are
   */
  static Optional<WalbeamException> awaitHeldRows(
      RunSettings settings, Duration patience, Duration parkedPatience)
      throws InterruptedException {
    Destination destination = SHARED.get(slotKey(settings));
    HeldRows held = destination == null ? null : destination.heldRows;
    if (destination == null || held == null) {
      return Optional.empty();
    }
    long begin = System.nanoTime();
    while (!held.awaitEmpty(HELD_POLL)) {
      List<Stalls.Stall> stalls =
          destination.sink.stalls().current().stream()
              .filter(stall -> held.tables().contains(stall.table()))
              .toList();
      boolean parked = !stalls.isEmpty() && stalls.stream().allMatch(Stalls.Stall::parked);
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      if (waited.compareTo(parked ? parkedPatience : patience) >= 0) {
        return Optional.of(notWritten(held, stalls, parked));
      }
    }
    return Optional.empty();
  }

  private static WalbeamException notWritten(
      HeldRows held, List<Stalls.Stall> stalls, boolean parked) {
    String reasons =
        stalls.stream()
            .map(stall -> "Table " + stall.table() + " waits: " + stall.reason())
            .distinct()
            .collect(Collectors.joining(" "));
    return new WalbeamException(
        parked ? FailureKind.OPERATOR : FailureKind.TRANSIENT,
        "The run ends, but rows of table "
            + String.join(", ", held.tables())
            + " are not written, so the slot is confirmed only up to the first of them.",
        (reasons.isEmpty() ? "" : reasons + " ") + "Then start again; nothing is lost.");
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

  /** Writes the rows of one table; see {@link ChunkWriter#write}. */
  List<RefusedRow> write(TableChunk chunk) throws InterruptedException {
    return new ChunkWriter(
            sink.tables(), sourceRows::read, this::earlierImages, sink.metrics(), chunk)
        .write();
  }

  private Collection<Deque<EarlierImages.Image>> earlierImages(
      TableChunk chunk, List<RowOrigin> unwritten) {
    return EarlierImages.find(routes, chunk.supersededIn(), chunk.table(), unwritten);
  }

  /** {@link #write} in another thread. */
  CompletableFuture<List<RefusedRow>> submit(TableChunk chunk) {
    CompletableFuture<List<RefusedRow>> result = new CompletableFuture<>();
    executor.execute(
        () -> {
          try {
            result.complete(write(chunk));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.completeExceptionally(e);
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** Where rows of a table that waits are held back; null where bundles must wait for them. */
  @Nullable HeldRows heldRows() {
    return heldRows;
  }

  /** Whether writing to a destination table waits for something. */
  boolean isStalled(String table) {
    return sink.stalls().isStalled(table);
  }

  /**
   * Ends a run that shall end, if a bundle has waited too long for a table that a person must mend.
   */
  void endIfParked(String table, Duration waited) {
    if (!stopAtNow || waited.compareTo(PARKED_PATIENCE) < 0) {
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
    sink.deadLetters().write(box.take());
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

  Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    publisher.close();
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
