package io.walbeam.write;

import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.sink.TableSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds receipts, of which every row is taken, until the destination says that the rows are
 * durable, while bundles go on. Thread-safe.
 *
 * <p>Sound only where nothing but the slot remembers a batch; see {@link HeldRows}.
 */
public final class DurableReceipts {
  private record Group(List<Receipt> receipts, CompletableFuture<Void> durable) {}

  private final TableSink sink;
  private final Consumer<Receipt> early;
  private final Consumer<Receipt> late;

  // Guarded by this.
  private final Deque<Group> waiting = new ArrayDeque<>();
  private final List<Receipt> published = new ArrayList<>();
  private @Nullable Throwable failure;

  /**
   * @param early told of each receipt that a bundle gives out
   * @param late told of each receipt that is complete while no bundle is there to give it out
   */
  public DurableReceipts(TableSink sink, Consumer<Receipt> early, Consumer<Receipt> late) {
    this.sink = sink;
    this.early = early;
    this.late = late;
  }

  /** A receipt of which every row is taken, outside of a bundle. */
  public void take(Receipt receipt) {
    CompletableFuture<Void> durable = sink.durable();
    synchronized (this) {
      waiting.addLast(new Group(List.of(receipt), durable));
    }
    settleWhen(durable);
  }

  /** Bundles whose receipts {@code taken} gives out once every row is taken. */
  public ReceiptRelease over(ReceiptRelease taken) {
    return new Over(taken);
  }

  private List<Receipt> finish(List<Receipt> receipts) {
    CompletableFuture<Void> durable = sink.durable();
    List<Receipt> out;
    synchronized (this) {
      throwFailure();
      out = new ArrayList<>(published);
      published.clear();
      if (waiting.isEmpty() && durable.isDone() && !durable.isCompletedExceptionally()) {
        receipts.forEach(early);
        out.addAll(receipts);
        return out;
      }
      waiting.addLast(new Group(receipts, durable));
    }
    settleWhen(durable);
    return out;
  }

  private void settleWhen(CompletableFuture<Void> durable) {
    CompletableFuture<?> unused = durable.whenComplete((any, error) -> settle());
  }

  /** In order, so that what is published late joins what was published before. */
  private synchronized void settle() {
    while (!waiting.isEmpty() && waiting.element().durable().isDone()) {
      Group group = waiting.element();
      if (group.durable().isCompletedExceptionally()) {
        // Nothing behind it is ever published.
        failure = failure == null ? group.durable().handle((any, error) -> error).join() : failure;
        notifyAll();
        return;
      }
      waiting.remove();
      for (Receipt receipt : group.receipts()) {
        late.accept(receipt);
        HeldRows.join(published, List.of(receipt));
      }
    }
    notifyAll();
  }

  private synchronized void throwFailure() {
    Throwable reason = failure;
    if (reason != null) {
      throw WalbeamException.of(
          reason instanceof CompletionException ? reason.getCause() : reason,
          "Rows that were taken could not be made durable.");
    }
  }

  private synchronized boolean awaitEmpty(long deadline) throws InterruptedException {
    while (!waiting.isEmpty()) {
      throwFailure();
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    throwFailure();
    return true;
  }

  private final class Over implements ReceiptRelease {
    private final ReceiptRelease taken;

    Over(ReceiptRelease taken) {
      this.taken = taken;
    }

    @Override
    public Bundle begin() {
      Bundle bundle = taken.begin();
      return new Bundle() {
        @Override
        public boolean queue(TableRows rows) {
          return bundle.queue(rows);
        }

        @Override
        public boolean release(Writing writing, long bundleBytes) {
          return bundle.release(writing, bundleBytes);
        }

        @Override
        public List<Receipt> finish(List<Receipt> receipts) throws InterruptedException {
          return DurableReceipts.this.finish(bundle.finish(receipts));
        }
      };
    }

    @Override
    public void throwFailure() {
      taken.throwFailure();
      DurableReceipts.this.throwFailure();
    }

    @Override
    public Set<String> tables() {
      Set<String> names = new TreeSet<>(taken.tables());
      names.addAll(sink.undurable());
      return names;
    }

    /** The end does not wait for the destination's own time. */
    @Override
    public boolean awaitEmpty(Duration timeout) throws InterruptedException {
      long deadline = System.nanoTime() + timeout.toNanos();
      if (!taken.awaitEmpty(timeout)) {
        return false;
      }
      settleWhen(sink.flush());
      return DurableReceipts.this.awaitEmpty(deadline);
    }
  }
}
