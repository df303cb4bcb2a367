package io.walbeam.sink.bigquery;

import com.google.api.gax.grpc.GrpcCallContext;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.Waits;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one sink, shared by all its tables. Thread-safe.
 *
 * <p>Keyed and plain tables never share a connection: BigQuery refuses rows with a change type on a
 * connection that has seen rows without. A connection takes the requests of many tables, since an
 * account has a few thousand connections only ("Quotas and limits", Storage Write API), and another
 * is opened when all have enough to do. It carries one schema of each: storage.proto does not say
 * whether a schema may change within a call, and Google's client begins another.
 *
 * <p>Nor do the stream and dumps: the answers of one connection come in order, so a change would
 * wait for megabytes of a dump that were sent before it.
 *
 * <p>This is instead of the client library's own pool, which is one per JVM, location and
 * credential whatever the endpoint, mixes keyed and plain tables, can hold a request back for 100
 * ms, keeps a thread, a channel and an executor per connection, and hides the error code of a row.
 */
final class AppendConnections {
  /** Above this a connection has enough to do; one carries 1 to 10 MB/s. */
  static final long BUSY_BYTES = 4L << 20;

  /** Per sink and kind. Enough for the throughput of a region from one worker. */
  static final int MOST_CONNECTIONS = 16;

  /** Rows sent and not answered, per sink; bounds what gRPC may buffer off the heap. */
  static final int MOST_KILOBYTES_IN_FLIGHT = 64 << 10;

  /** Of these at most so many are of dumps, so that there is always room for the stream. */
  static final int MOST_BULK_KILOBYTES = MOST_KILOBYTES_IN_FLIGHT / 2;

  /**
   * The deadline of an answer grows to so many times {@link Pace#responseDeadline}: the service
   * itself gives up after two minutes, so nothing sensible comes later.
   */
  private static final int LONGEST_DEADLINE = 5;

  /** An answer is lost, not slow, if it takes so many times as long as the last one. */
  private static final int SLOWER = 3;

  private static final Logger log = LoggerFactory.getLogger(AppendConnections.class);

  private final BigQueryClients clients;
  private final Supplier<String> location;
  private final Pace pace;
  private final Semaphore kilobytes = new Semaphore(MOST_KILOBYTES_IN_FLIGHT, true);
  private final Semaphore bulkKilobytes = new Semaphore(MOST_BULK_KILOBYTES, true);

  /** By who waits, and whether the tables are keyed. Guarded by this, as are the lists. */
  private final Map<Kind, List<AppendConnection>> shared = new HashMap<>();

  private final List<AppendConnection> alone = new ArrayList<>();
  private boolean closed;
  private volatile long deadlineNanos;

  /** What connections have to have in common to carry each other's requests. */
  private record Kind(Traffic traffic, boolean keyed) {}

  /**
   * @param location of the dataset, empty while nobody knows
   */
  AppendConnections(BigQueryClients clients, Pace pace, Supplier<String> location) {
    this.clients = clients;
    this.location = location;
    this.pace = pace;
    this.deadlineNanos = pace.responseDeadline().toNanos();
  }

  /**
   * Sends one request, waiting while too much is in flight.
   *
   * @param isolated on a connection of its own, so that a request that may break its connection
   *     harms no other, and so that a changed schema is seen early
   * @throws WalbeamException if the sink is closed
   */
  CompletableFuture<AppendRowsResponse> append(
      TableLayout layout, ProtoRows rows, int bytes, Traffic traffic, boolean isolated)
      throws InterruptedException {
    int permits = Math.min(MOST_BULK_KILOBYTES, (bytes >> 10) + 1);
    acquire(traffic, permits);
    AppendConnection connection;
    try {
      connection = isolated ? openAlone(layout) : connection(layout, traffic);
    } catch (RuntimeException e) {
      release(traffic, permits);
      throw e;
    }
    long sent = System.nanoTime();
    CompletableFuture<AppendRowsResponse> response = connection.append(layout, rows, bytes);
    CompletableFuture<AppendRowsResponse> released =
        response.whenComplete(
            (answer, cause) -> {
              release(traffic, permits);
              if (answer != null) {
                allow(SLOWER * (System.nanoTime() - sent));
              }
            });
    return isolated ? released.whenComplete((any, cause) -> retire(connection)) : released;
  }

  private void acquire(Traffic traffic, int permits) throws InterruptedException {
    if (traffic == Traffic.STREAM) {
      kilobytes.acquire(permits);
      return;
    }
    bulkKilobytes.acquire(permits);
    boolean acquired = false;
    try {
      kilobytes.acquire(permits);
      acquired = true;
    } finally {
      if (!acquired) {
        bulkKilobytes.release(permits);
      }
    }
  }

  private void release(Traffic traffic, int permits) {
    kilobytes.release(permits);
    if (traffic == Traffic.BULK) {
      bulkKilobytes.release(permits);
    }
  }

  /** Ends calls whose response is overdue, and those that nobody uses. Called now and then. */
  void sweep() {
    long now = System.nanoTime();
    List<AppendConnection> overdue = new ArrayList<>();
    List<AppendConnection> idle = new ArrayList<>();
    synchronized (this) {
      for (List<AppendConnection> connections : all()) {
        for (AppendConnection connection : connections) {
          if (connection.oldestPendingNanos(now) > deadlineNanos) {
            overdue.add(connection);
          } else if (connection.idleNanos(now) > pace.idleAfter().toNanos()) {
            idle.add(connection);
          }
        }
        connections.removeAll(overdue);
        connections.removeAll(idle);
        connections.removeIf(AppendConnection::ended);
      }
    }
    for (AppendConnection connection : overdue) {
      log.warn(
          "BigQuery did not answer for {} s; the requests are sent again on a new connection.",
          TimeUnit.NANOSECONDS.toSeconds(deadlineNanos));
      connection.cancel("no response within the deadline");
    }
    if (!overdue.isEmpty()) {
      allow(2 * deadlineNanos);
    }
    idle.forEach(AppendConnection::finish);
  }

  /** The time that the next answers have. */
  private void allow(long nanos) {
    long least = pace.responseDeadline().toNanos();
    deadlineNanos = Math.max(least, Math.min(nanos, LONGEST_DEADLINE * least));
  }

  /** Ends all calls; requests without a response fail. */
  void close() {
    List<AppendConnection> open = new ArrayList<>();
    synchronized (this) {
      closed = true;
      for (List<AppendConnection> connections : all()) {
        open.addAll(connections);
        connections.clear();
      }
    }
    open.forEach(connection -> connection.cancel("closed"));
  }

  synchronized int open() {
    return all().stream().mapToInt(List::size).sum();
  }

  private List<List<AppendConnection>> all() {
    List<List<AppendConnection>> all = new ArrayList<>(shared.values());
    all.add(alone);
    return all;
  }

  private synchronized AppendConnection connection(TableLayout layout, Traffic traffic) {
    List<AppendConnection> candidates =
        shared.computeIfAbsent(new Kind(traffic, layout.keyed()), any -> new ArrayList<>());
    candidates.removeIf(AppendConnection::ended);
    AppendConnection best = best(candidates, layout);
    if (best == null
        || (best.inFlightBytes() > BUSY_BYTES && candidates.size() < MOST_CONNECTIONS)) {
      best = open(layout);
      candidates.add(best);
    }
    return best;
  }

  /** A free one that knows the layout, else the one with the least to do. */
  private static @Nullable AppendConnection best(
      List<AppendConnection> candidates, TableLayout layout) {
    AppendConnection best = null;
    for (AppendConnection candidate : candidates) {
      if (!candidate.mayCarry(layout)) {
        continue;
      }
      if (candidate.inFlightBytes() <= BUSY_BYTES && candidate.speaks(layout)) {
        return candidate;
      }
      if (best == null || candidate.inFlightBytes() < best.inFlightBytes()) {
        best = candidate;
      }
    }
    return best;
  }

  private synchronized AppendConnection openAlone(TableLayout layout) {
    AppendConnection connection = open(layout);
    alone.add(connection);
    return connection;
  }

  private void retire(AppendConnection connection) {
    synchronized (this) {
      alone.remove(connection);
    }
    connection.finish();
  }

  private synchronized AppendConnection open(TableLayout layout) {
    if (closed) {
      throw Waits.closed();
    }
    return new AppendConnection(
        clients.write().appendRowsCallable(), context(layout), clients.settings().traceId());
  }

  private GrpcCallContext context(TableLayout layout) {
    String route = route(layout.stream(), clients.settings().project(), location.get());
    return GrpcCallContext.createDefault()
        .withExtraHeaders(Map.of("x-goog-request-params", List.of(route)));
  }

  /**
   * What leads a call to the dataset's region, as Google's client says it: by the location where
   * that is known, else by a stream. All tables are of one dataset, so any of their streams does.
   */
  static String route(String stream, String project, String location) {
    return location.isEmpty()
        ? "write_stream=" + URLEncoder.encode(stream, StandardCharsets.UTF_8)
        : "write_location="
            + URLEncoder.encode(
                "projects/" + project + "/locations/" + location, StandardCharsets.UTF_8);
  }
}
