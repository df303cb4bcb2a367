package io.walbeam.write;

import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.row.DestinationTable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows of tables that cannot be written at present, released from their bundle so that the rows of
 * other tables go on. The bundle's receipts, and those of every later one, wait until the rows are
 * durable: the published position stays below them. Thread-safe.
 *
 * <p>Sound only where nothing but the slot remembers a batch: in a run in one process, which starts
 * again from the slot. A distributed runner that loses a worker repeats only bundles that have not
 * ended, so there the receipts would be lost for good, and the bundle must wait.
 */
public final class HeldRows implements ReceiptRelease {
  /** Bytes held in this JVM: an eighth of the smallest sensible heap. Beyond it bundles wait. */
  public static final long LIMIT_BYTES = 64L << 20;

  /** Objects around a row that is held, bytes. */
  private static final int ROW_OVERHEAD = 200;

  /** Objects around a tableRows that is held, bytes. */
  private static final int TABLE_ROWS_OVERHEAD = 1_000;

  /** Rows of one table that are written together after a wait. */
  private static final long MERGED_BYTES = 4L << 20;

  /** Writes the rows of one table. */
  public interface Write {
    List<RefusedRow> write(TableRows tableRows) throws InterruptedException;
  }

  /** Returns when the rows are in the dead-letter table. */
  public interface Bury {
    void bury(List<RefusedRow> refused) throws InterruptedException;
  }

  /** The receipts of one bundle, and how much of it is not durable yet. Guarded by the owner. */
  static final class Ticket {
    private final List<Receipt> receipts = new ArrayList<>();
    private int open;
    private long bundleBytes;
  }

  private record Waiting(TableRows tableRows, Held held) {}

  /** What a write that ends makes free. */
  private record Held(String table, List<Ticket> tickets, long bytes) {}

  /** The rows of one table. */
  private static final class Lane {
    int running;
    final Deque<Waiting> queue = new ArrayDeque<>();
  }

  private final Write write;
  private final Bury bury;
  private final Executor executor;
  private final Consumer<Receipt> early;
  private final Consumer<Receipt> late;
  private final long limit;

  // Guarded by this.
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Deque<Ticket> tickets = new ArrayDeque<>();
  private final List<Receipt> published = new ArrayList<>();
  private long held;
  private @Nullable Throwable failure;

  /**
   * @param early told of each receipt that a bundle gives out
   * @param late told of each receipt that is complete while no bundle is there to give it out
   */
  public HeldRows(
      Write write,
      Bury bury,
      Executor executor,
      Consumer<Receipt> early,
      Consumer<Receipt> late,
      long limit) {
    this.write = write;
    this.bury = bury;
    this.executor = executor;
    this.early = early;
    this.late = late;
    this.limit = limit;
  }

  @Override
  public Bundle begin() {
    Ticket ticket = new Ticket();
    return new Bundle() {
      @Override
      public boolean queue(TableRows rows) {
        return HeldRows.this.queue(rows, ticket);
      }

      @Override
      public boolean release(Writing writing, long bundleBytes) {
        throwFailure();
        return HeldRows.this.release(writing, bundleBytes, ticket);
      }

      @Override
      public List<Receipt> finish(List<Receipt> receipts) {
        return HeldRows.this.finish(ticket, receipts);
      }
    };
  }

  /**
   * Takes rows of a table of which others are held already.
   *
   * @return false if there are none, or no room: then the bundle must write them
   */
  synchronized boolean queue(TableRows tableRows, Ticket ticket) {
    Lane lane = lanes.get(tableRows.table().name());
    if (lane == null) {
      return false;
    }
    long bytes =
        TABLE_ROWS_OVERHEAD
            + tableRows.detachedBytes()
            + (long) ROW_OVERHEAD * tableRows.rows().size();
    if (held + bytes > limit) {
      return false;
    }
    held += bytes;
    ticket.open++;
    Held rows = new Held(tableRows.table().name(), List.of(ticket), bytes);
    lane.queue.add(new Waiting(tableRows.detached(), rows));
    return true;
  }

  /**
   * Takes over the wait for rows that a bundle is writing.
   *
   * @param bundleBytes bytes of the bundle's batches, which the rows keep in memory
   * @return false if there is no room
   */
  synchronized boolean release(Writing writing, long bundleBytes, Ticket ticket) {
    long kept = ticket.bundleBytes == 0 ? bundleBytes : 0;
    long bytes = TABLE_ROWS_OVERHEAD + writing.bytes() + (long) ROW_OVERHEAD * writing.rows();
    if (held + kept + bytes > limit) {
      return false;
    }
    held += kept + bytes;
    ticket.bundleBytes += kept;
    ticket.open++;
    Held rows = new Held(writing.table(), List.of(ticket), bytes);
    lanes.computeIfAbsent(rows.table(), any -> new Lane()).running++;
    CompletableFuture<?> unused =
        writing
            .result()
            .whenCompleteAsync((refused, error) -> written(rows, refused, error), executor);
    return true;
  }

  /**
   * Ends a bundle.
   *
   * @return the receipts to give out now: its own, unless rows of it or of an earlier one are held,
   *     and those that were published since the last bundle
   * @throws WalbeamException if held rows cannot be written for a reason that is not their table's
   */
  synchronized List<Receipt> finish(Ticket ticket, List<Receipt> receipts) {
    throwFailure();
    ticket.receipts.addAll(receipts);
    Ticket last = tickets.peekLast();
    if (last != null && last.open == 0 && ticket.open == 0) {
      join(last.receipts, ticket.receipts);
    } else {
      tickets.addLast(ticket);
    }
    List<Receipt> out = new ArrayList<>(published);
    published.clear();
    for (Receipt receipt : complete()) {
      early.accept(receipt);
      out.add(receipt);
    }
    return out;
  }

  @Override
  public synchronized void throwFailure() {
    Throwable reason = failure;
    if (reason != null) {
      throw WalbeamException.of(reason, "Writing rows that were held back failed unexpectedly.");
    }
  }

  @Override
  public synchronized Set<String> tables() {
    return new TreeSet<>(lanes.keySet());
  }

  /** Bytes that are held. */
  synchronized long bytes() {
    return held;
  }

  @Override
  public synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!lanes.isEmpty()) {
      throwFailure();
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    throwFailure();
    return true;
  }

  private void written(Held rows, @Nullable List<RefusedRow> refused, @Nullable Throwable error) {
    Throwable problem = error instanceof CompletionException ? error.getCause() : error;
    if (problem == null && refused != null && !refused.isEmpty()) {
      try {
        bury.bury(refused);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        problem = e;
      } catch (RuntimeException | Error e) {
        problem = e;
      }
    }
    synchronized (this) {
      if (problem != null) {
        // The tickets stay open: nothing behind them is ever published.
        failure = failure == null ? problem : failure;
        notifyAll();
        return;
      }
      settle(rows);
      notifyAll();
    }
  }

  private void settle(Held rows) {
    held -= rows.bytes();
    for (Ticket ticket : rows.tickets()) {
      ticket.open--;
      if (ticket.open == 0) {
        held -= ticket.bundleBytes;
        ticket.bundleBytes = 0;
      }
    }
    Lane lane = lanes.get(rows.table());
    if (lane != null && --lane.running == 0) {
      if (lane.queue.isEmpty()) {
        lanes.remove(rows.table());
      } else {
        start(rows.table(), lane);
      }
    }
    for (Receipt receipt : complete()) {
      late.accept(receipt);
      join(published, List.of(receipt));
    }
  }

  /** Writes the first of what waits, and what fits to it. */
  private void start(String table, Lane lane) {
    Waiting first = lane.queue.remove();
    TableRows tableRows = first.tableRows();
    List<Ticket> owners = new ArrayList<>(first.held().tickets());
    long bytes = first.held().bytes();
    DestinationTable shape = tableRows.table();
    while (bytes < MERGED_BYTES
        && !lane.queue.isEmpty()
        && lane.queue.element().tableRows().table().equals(shape)) {
      Waiting next = lane.queue.remove();
      tableRows.addAll(next.tableRows());
      owners.addAll(next.held().tickets());
      bytes += next.held().bytes();
    }
    lane.running++;
    Held merged = new Held(table, owners, bytes);
    executor.execute(
        () -> {
          List<RefusedRow> refused = List.of();
          Throwable error = null;
          try {
            refused = write.write(tableRows);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            error = e;
          } catch (RuntimeException | Error e) {
            error = e;
          }
          written(merged, refused, error);
        });
  }

  /** Takes the receipts at the head of the line that wait for nothing. */
  private List<Receipt> complete() {
    List<Receipt> complete = new ArrayList<>();
    while (!tickets.isEmpty() && tickets.element().open == 0) {
      complete.addAll(tickets.remove().receipts);
    }
    return complete;
  }

  /** Appends; intervals that meet become one, so that a long wait takes no memory. */
  static void join(List<Receipt> receipts, List<Receipt> more) {
    for (Receipt receipt : more) {
      int last = receipts.size() - 1;
      Receipt joined = last < 0 ? null : receipts.get(last).joined(receipt).orElse(null);
      if (joined == null) {
        receipts.add(receipt);
      } else {
        receipts.set(last, joined);
      }
    }
  }
}
