package io.walbeam.sink.bigquery;

import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.rpc.BidiStreamingCallable;
import com.google.api.gax.rpc.ClientStream;
import com.google.api.gax.rpc.ResponseObserver;
import com.google.api.gax.rpc.StreamController;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest.MissingValueInterpretation;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One AppendRows call: requests of several tables out, responses back in the same order
 * (storage.proto, BigQueryWrite.AppendRows). Thread-safe. It ends once and is not reopened.
 *
 * <p>The writer schema goes with the first request and whenever the layout differs from that of the
 * request before; the stream name goes with each.
 */
final class AppendConnection {
  /** The call ended because of another request, by our own deadline, or was closed by us. */
  static final class LostException extends Exception {
    private static final long serialVersionUID = 1L;

    LostException(String message) {
      super(message, null, false, false);
    }
  }

  private static final class Pending {
    final CompletableFuture<AppendRowsResponse> response = new CompletableFuture<>();
    final long sentNanos;
    final int bytes;

    Pending(long sentNanos, int bytes) {
      this.sentNanos = sentNanos;
      this.bytes = bytes;
    }
  }

  private final String traceId;
  private final Deque<Pending> pending = new ConcurrentLinkedDeque<>();
  private final AtomicLong inFlightBytes = new AtomicLong();
  private final ClientStream<AppendRowsRequest> requests;
  private final Object sending = new Object();

  /** The one schema of each table that goes over this call, by stream. */
  private final Map<String, TableLayout> carried = new ConcurrentHashMap<>();

  private volatile @Nullable TableLayout lastLayout;
  private volatile long lastUsedNanos = System.nanoTime();
  private volatile @Nullable StreamController controller;
  private volatile boolean ended;

  AppendConnection(
      BidiStreamingCallable<AppendRowsRequest, AppendRowsResponse> appendRows,
      GrpcCallContext context,
      String traceId) {
    this.traceId = traceId;
    this.requests = appendRows.splitCall(new Responses(), context);
  }

  /**
   * Sends one request.
   *
   * @param bytes size of the rows, for {@link #inFlightBytes}
   * @return completes with the response, which may hold an error, or exceptionally when the call
   *     ends first: then the rows may or may not be written
   */
  CompletableFuture<AppendRowsResponse> append(TableLayout layout, ProtoRows rows, int bytes) {
    AppendRowsRequest.Builder request =
        AppendRowsRequest.newBuilder()
            .setWriteStream(layout.stream())
            .setDefaultMissingValueInterpretation(MissingValueInterpretation.NULL_VALUE);
    AppendRowsRequest.ProtoData.Builder data = request.getProtoRowsBuilder().setRows(rows);
    Pending entry = new Pending(System.nanoTime(), bytes);
    synchronized (sending) {
      if (!ended) {
        if (lastLayout == null) {
          request.setTraceId(traceId);
        }
        if (lastLayout != layout) {
          data.setWriterSchema(layout.writerSchema());
          lastLayout = layout;
        }
        carried.put(layout.stream(), layout);
        lastUsedNanos = entry.sentNanos;
        inFlightBytes.addAndGet(bytes);
        pending.add(entry);
        try {
          requests.send(request.build());
        } catch (RuntimeException e) {
          end(e);
        }
      }
    }
    if (ended) {
      // Covers the call ending between the check above and pending.add, and before it.
      end(lost());
      entry.response.completeExceptionally(lost());
    }
    return entry.response;
  }

  /** Rows sent and not yet answered, in bytes. */
  long inFlightBytes() {
    return inFlightBytes.get();
  }

  /** Whether the next request of {@code layout} would need no writer schema. */
  boolean speaks(TableLayout layout) {
    return lastLayout == layout;
  }

  /** Whether no other schema of the same table has gone over this call. */
  boolean mayCarry(TableLayout layout) {
    return carried.getOrDefault(layout.stream(), layout) == layout;
  }

  boolean ended() {
    return ended;
  }

  /** Age of the oldest request without a response, 0 if there is none. */
  long oldestPendingNanos(long nowNanos) {
    Pending oldest = pending.peekFirst();
    return oldest == null ? 0 : nowNanos - oldest.sentNanos;
  }

  /** Time since the last request, 0 while one is not answered. */
  long idleNanos(long nowNanos) {
    return pending.isEmpty() ? nowNanos - lastUsedNanos : 0;
  }

  /** Ends the call; requests without a response fail. */
  void cancel(String reason) {
    end(new LostException(reason));
    StreamController current = controller;
    if (current != null) {
      current.cancel();
    }
  }

  /** Takes no more requests and lets the server end the call. For a connection without requests. */
  void finish() {
    synchronized (sending) {
      if (!ended) {
        end(lost());
        requests.closeSend();
      }
    }
  }

  private static LostException lost() {
    return new LostException("the connection ended before the response");
  }

  /** The first request without a response gets the cause, the others were only bystanders. */
  private void end(Throwable cause) {
    ended = true;
    Throwable reason = cause;
    for (Pending entry = pending.pollFirst(); entry != null; entry = pending.pollFirst()) {
      inFlightBytes.addAndGet(-entry.bytes);
      entry.response.completeExceptionally(reason);
      reason = lost();
    }
  }

  private final class Responses implements ResponseObserver<AppendRowsResponse> {
    @Override
    public void onStart(StreamController started) {
      controller = started;
    }

    @Override
    public void onResponse(AppendRowsResponse response) {
      Pending entry = pending.pollFirst();
      if (entry == null) {
        cancel("a response came without a request");
        return;
      }
      inFlightBytes.addAndGet(-entry.bytes);
      entry.response.complete(response);
    }

    @Override
    public void onError(Throwable cause) {
      end(cause);
    }

    @Override
    public void onComplete() {
      end(lost());
    }
  }
}
