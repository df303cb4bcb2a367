package io.walbeam.sink.bigquery;

import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.protobuf.UnsafeByteOperations;
import io.walbeam.change.RowLimit;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of {@link BigQueryTableSink#write}: splits the rows into requests, sends them all, and
 * works off what fails until each row is acknowledged or rejected. Used by one thread, once.
 *
 * <p>While a table fails, one request at a time is tried, so that a parked table costs little.
 */
final class TableWrite {
  /** Large enough for full throughput ("requests above 1 MB"), small enough to repeat. */
  static final int REQUEST_BYTES = 4_000_000;

  /** Keeps the per-row bookkeeping of one request small on both sides. */
  static final int REQUEST_ROWS = 50_000;

  /** So many rows refused in a row, and none accepted: a control row tells which it is. */
  static final int SUSPICIOUS_ROWS = 20;

  /** Tag and length of one row in a request. */
  private static final int ROW_FRAME = 6;

  private static final Logger log = LoggerFactory.getLogger(TableWrite.class);

  /** One request under way. */
  private record Sent(
      int[] rows, int bytes, long nanos, CompletableFuture<AppendRowsResponse> response) {}

  private final SinkParts parts;
  private final TableLayout layout;
  private final List<EncodedRow> rows;
  private final Traffic traffic;
  private final AppendRetry retry;
  private final Deque<int[]> work = new ArrayDeque<>();
  private final TreeMap<Integer, RejectedRow> rejected = new TreeMap<>();
  private boolean reopened;
  private boolean isolate;

  TableWrite(
      SinkParts parts,
      TableLayout layout,
      List<EncodedRow> rows,
      Traffic traffic,
      AppendRetry retry) {
    this.traffic = traffic;
    this.parts = parts;
    this.layout = layout;
    this.rows = rows;
    this.retry = retry;
  }

  List<RejectedRow> run() throws InterruptedException {
    split();
    while (!work.isEmpty()) {
      AppendFailures.Failure failure = round();
      if (failure != null) {
        log.debug(
            "Table {}: {}, trying again", layout.name(), failure.refusal().errorClass().label());
        if (!waited(failure)) {
          letGo();
        }
      }
    }
    rejected
        .values()
        .forEach(row -> parts.metrics().rejected(layout.name(), row.refusal().errorClass()));
    return List.copyOf(rejected.values());
  }

  /** What is not written is refused: the table is let go. */
  private void letGo() {
    Refusal refusal = parts.letGo().refusalOf(layout.wanted().name());
    for (int[] request = work.poll(); request != null; request = work.poll()) {
      for (int index : request) {
        reject(index, refusal);
      }
    }
  }

  /**
   * Waits; a name whose table was deleted is left alone until there is a table again.
   *
   * @return false if the table is let go
   */
  private boolean waited(AppendFailures.Failure failure) throws InterruptedException {
    AppendFailures.@Nullable Failure wait = failure;
    while (wait != null) {
      if (!retry.wait(wait)) {
        return false;
      }
      wait =
          wait.refusal().errorClass() == ErrorClass.TABLE_DELETED
              ? looked(() -> parts.tables().awaitAgain(layout))
              : null;
    }
    return true;
  }

  @FunctionalInterface
  private interface Look {
    BigQueryTables.Preparation look() throws InterruptedException;
  }

  /** What is wrong with the table, null if nothing is. */
  private static AppendFailures.@Nullable Failure looked(Look look) throws InterruptedException {
    try {
      return look.look() instanceof BigQueryTables.Blocked blocked
          ? AppendFailures.of(blocked)
          : null;
    } catch (WalbeamException e) {
      if (e.kind() != FailureKind.OPERATOR) {
        throw e;
      }
      return AppendFailures.of(e);
    }
  }

  private void split() {
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < rows.size(); i++) {
      int size = rows.get(i).length();
      if (size > RowLimit.BYTES) {
        addRange(from, i);
        from = i + 1;
        bytes = 0;
        reject(
            i,
            ErrorClass.ROW_TOO_LARGE,
            "The row has " + size + " bytes, and BigQuery takes " + RowLimit.BYTES + " at most.",
            "Leave the large column out of the publication, or shorten the value.");
        continue;
      }
      if (bytes + size + ROW_FRAME > REQUEST_BYTES || i - from >= REQUEST_ROWS) {
        addRange(from, i);
        from = i;
        bytes = 0;
      }
      bytes += size + ROW_FRAME;
    }
    addRange(from, rows.size());
  }

  private void addRange(int from, int to) {
    if (from < to) {
      int[] range = new int[to - from];
      Arrays.setAll(range, i -> from + i);
      work.addLast(range);
    }
  }

  /** Sends what there is and waits for the answers. Returns what to wait for, or null. */
  private AppendFailures.@Nullable Failure round() throws InterruptedException {
    List<Sent> sent = new ArrayList<>();
    do {
      sent.add(send(work.removeFirst(), isolate));
    } while (!retry.failing() && !work.isEmpty());
    isolate = false;
    AppendFailures.Failure wait = null;
    for (Sent request : sent) {
      AppendFailures.Failure failure = await(request);
      if (failure != null) {
        AppendFailures.Failure next = handle(failure, request.rows());
        wait = next == null ? wait : next;
      }
    }
    return wait;
  }

  private AppendFailures.@Nullable Failure handle(AppendFailures.Failure failure, int[] request)
      throws InterruptedException {
    AppendFailures.Failure blocked = blocked(failure);
    if (blocked != null) {
      work.addFirst(request);
      isolate = true;
      return blocked;
    }
    switch (failure.action()) {
      case BISECT -> {
        return bisect(request);
      }
      case ROW_ERRORS -> {
        if (rejectNamed(failure, request, work)) {
          return null;
        }
        work.addFirst(request);
        return failure;
      }
      case REOPEN -> {
        work.addFirst(request);
        boolean again = reopened;
        reopened = true;
        return again ? failure : null;
      }
      case RETRY -> work.addFirst(request);
      case RETRY_AFTER_SCHEMA, TABLE_GONE, OPERATOR -> {
        work.addFirst(request);
        isolate = true;
      }
    }
    return failure;
  }

  /** What is wrong with the table itself, where the failure may come from that, else null. */
  private AppendFailures.@Nullable Failure blocked(AppendFailures.Failure failure)
      throws InterruptedException {
    return looked(
        () ->
            switch (failure.action()) {
              case ROW_ERRORS, BISECT, RETRY_AFTER_SCHEMA -> parts.tables().revalidate(layout);
              case TABLE_GONE -> parts.tables().find(layout);
              case RETRY, REOPEN, OPERATOR -> new BigQueryTables.Ready(layout);
            });
  }

  /** Rejects the rows that BigQuery names and queues the others. False if it names none of ours. */
  private boolean rejectNamed(AppendFailures.Failure failure, int[] request, Deque<int[]> queue) {
    boolean[] bad = new boolean[request.length];
    int count = 0;
    for (RejectedRow row : failure.rows()) {
      if (row.index() >= 0 && row.index() < request.length) {
        bad[row.index()] = true;
        count++;
        reject(request[row.index()], row.refusal());
      }
    }
    if (count == 0) {
      return false;
    }
    int[] others = new int[request.length - count];
    int next = 0;
    for (int i = 0; i < request.length; i++) {
      if (!bad[i]) {
        others[next++] = request[i];
      }
    }
    if (others.length > 0) {
      queue.addFirst(others);
    }
    return true;
  }

  /**
   * Finds the rows that spoil {@code request}, depth first, one request at a time. It is sent again
   * on its own first: the end of a call may be meant for another request on it.
   */
  private AppendFailures.@Nullable Failure bisect(int[] request) throws InterruptedException {
    Deque<int[]> parts = new ArrayDeque<>();
    List<Integer> suspects = new ArrayList<>();
    boolean anyAccepted = false;
    int[] part = request;
    AppendFailures.@Nullable Failure failure = await(send(part, true));
    while (true) {
      if (failure == null) {
        anyAccepted = true;
      } else if (failure.action() == AppendFailures.Action.BISECT && part.length > 1) {
        int middle = part.length / 2;
        parts.addFirst(Arrays.copyOfRange(part, middle, part.length));
        parts.addFirst(Arrays.copyOfRange(part, 0, middle));
      } else if (failure.action() == AppendFailures.Action.BISECT) {
        reject(
            part[0],
            failure.refusal().errorClass() == ErrorClass.REQUEST_TOO_LARGE
                ? ErrorClass.ROW_TOO_LARGE
                : ErrorClass.ROW_REFUSED,
            "BigQuery refuses any request with this row and does not say why.",
            "Look at the row in the dead-letter table, and correct it at the source.");
        suspects.add(part[0]);
      } else if (failure.action() != AppendFailures.Action.ROW_ERRORS
          || !rejectNamed(failure, part, parts)) {
        parts.addFirst(part);
        putBack(parts);
        return failure.action() == AppendFailures.Action.ROW_ERRORS ? null : failure;
      }
      boolean last = parts.isEmpty();
      if (!anyAccepted && !suspects.isEmpty() && (last || suspects.size() >= SUSPICIOUS_ROWS)) {
        if (!acceptsControl(suspects.get(0))) {
          suspects.forEach(rejected::remove);
          parts.addFirst(suspects.stream().mapToInt(Integer::intValue).toArray());
          putBack(parts);
          isolate = true;
          return AppendFailures.refusesEverything(layout.table());
        }
        anyAccepted = true;
      }
      if (last) {
        return null;
      }
      part = parts.removeFirst();
      failure = await(send(part, true));
    }
  }

  /** Whether BigQuery takes a row beside the suspected one: only then is it the row. */
  private boolean acceptsControl(int suspect) throws InterruptedException {
    Optional<EncodedRow> control = ControlRow.beside(rows.get(suspect), layout.table());
    if (control.isEmpty()) {
      return false;
    }
    EncodedRow row = control.get();
    ProtoRows request =
        ProtoRows.newBuilder()
            .addSerializedRows(
                UnsafeByteOperations.unsafeWrap(row.bytes(), row.offset(), row.length()))
            .build();
    try {
      AppendRowsResponse response =
          parts.connections().append(layout, request, row.length(), traffic, true).get();
      return !response.hasError() && response.getRowErrorsCount() == 0;
    } catch (ExecutionException e) {
      log.debug("Table {}: the control row was not taken", layout.name(), e);
      return false;
    }
  }

  private void putBack(Deque<int[]> requests) {
    while (!requests.isEmpty()) {
      work.addFirst(requests.removeLast());
    }
  }

  private Sent send(int[] request, boolean isolated) throws InterruptedException {
    ProtoRows.Builder builder = ProtoRows.newBuilder();
    int bytes = 0;
    for (int index : request) {
      EncodedRow row = rows.get(index);
      builder.addSerializedRows(
          UnsafeByteOperations.unsafeWrap(row.bytes(), row.offset(), row.length()));
      bytes += row.length();
    }
    long now = System.nanoTime();
    return new Sent(
        request,
        bytes,
        now,
        parts.connections().append(layout, builder.build(), bytes, traffic, isolated));
  }

  private AppendFailures.@Nullable Failure await(Sent sent) throws InterruptedException {
    AppendRowsResponse response;
    try {
      response = answer(sent.response());
    } catch (ExecutionException e) {
      return AppendFailures.of(e, layout.table());
    }
    if (response.hasError() || response.getRowErrorsCount() > 0) {
      return AppendFailures.of(response, layout.table());
    }
    reopened = false;
    retry.succeeded();
    parts
        .metrics()
        .appended(
            layout.name(), sent.rows().length, sent.bytes(), System.nanoTime() - sent.nanos());
    return null;
  }

  /** Waits until the connection's deadline; longer than {@link Pace#stallAfter} is a stall. */
  private AppendRowsResponse answer(CompletableFuture<AppendRowsResponse> response)
      throws InterruptedException, ExecutionException {
    long wait = Math.max(0, retry.untilStall().toNanos());
    try {
      return response.get(wait, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      retry.unanswered();
      return response.get();
    }
  }

  private void reject(int index, ErrorClass errorClass, String message, String remedy) {
    reject(index, new Refusal(Stage.APPEND, errorClass, message, remedy));
  }

  private void reject(int index, Refusal refusal) {
    rejected.put(index, new RejectedRow(index, refusal));
  }
}
