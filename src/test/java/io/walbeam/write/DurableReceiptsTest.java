package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.batch.Batches;
import io.walbeam.change.Interval;
import io.walbeam.change.StreamPosition;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Receipts wait for the rows before them to be durable, and bundles do not. */
class DurableReceiptsTest {
  private final Sink sink = new Sink();
  private final List<Receipt> early = new ArrayList<>();
  private final List<Receipt> late = new ArrayList<>();
  private final DurableReceipts durable = new DurableReceipts(sink, early::add, late::add);
  private final ReceiptRelease release = durable.over(new TakenAtOnce());

  /** What is taken is durable when a test says so. */
  private static final class Sink implements TableSink {
    private CompletableFuture<Void> durable = CompletableFuture.completedFuture(null);
    private int flushes;

    @Override
    public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows) {
      return List.of();
    }

    @Override
    public CompletableFuture<Void> durable() {
      return durable;
    }

    @Override
    public CompletableFuture<Void> flush() {
      flushes++;
      return durable;
    }

    @Override
    public Set<String> undurable() {
      return durable.isDone() ? Set.of() : Set.of("t");
    }

    @Override
    public void close() {}
  }

  /** Bundles whose rows are all taken at their end. */
  private static final class TakenAtOnce implements ReceiptRelease, ReceiptRelease.Bundle {
    @Override
    public Bundle begin() {
      return this;
    }

    @Override
    public boolean queue(TableRows rows) {
      return false;
    }

    @Override
    public boolean release(Writing writing, long bundleBytes) {
      return false;
    }

    @Override
    public List<Receipt> finish(List<Receipt> receipts) {
      return receipts;
    }

    @Override
    public void throwFailure() {}

    @Override
    public Set<String> tables() {
      return Set.of("held");
    }

    @Override
    public boolean awaitEmpty(Duration timeout) {
      return true;
    }
  }

  private List<Receipt> bundle(Receipt... receipts) throws InterruptedException {
    return release.begin().finish(List.of(receipts));
  }

  @Test
  void whereRowsAreDurableWhenTakenABundleGivesOutItsReceipts() throws Exception {
    assertThat(bundle(receipt(0, 1))).containsExactly(receipt(0, 1));
    assertThat(early).containsExactly(receipt(0, 1));
    assertThat(late).isEmpty();
    assertThat(release.tables()).containsExactly("held");
  }

  @Test
  void bundlesGoOnAndTheirReceiptsComeInOrderOnceTheRowsAreDurable() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();
    sink.durable = first;
    assertThat(bundle(receipt(0, 1))).isEmpty();
    CompletableFuture<Void> second = new CompletableFuture<>();
    sink.durable = second;
    assertThat(bundle(receipt(1, 2))).isEmpty();
    assertThat(release.tables()).containsExactly("held", "t");

    second.complete(null);
    assertThat(late).as("the first is not durable").isEmpty();
    first.complete(null);
    assertThat(late).containsExactly(receipt(0, 1), receipt(1, 2));

    assertThat(bundle(receipt(2, 3)))
        .as("the runner hears of them with the next bundle")
        .containsExactly(receipt(0, 2), receipt(2, 3));
    assertThat(early).containsExactly(receipt(2, 3));
  }

  @Test
  void aReceiptOfRowsThatWereHeldWaitsLikeOthers() {
    sink.durable = new CompletableFuture<>();
    durable.take(receipt(0, 1));
    assertThat(late).isEmpty();
    sink.durable.complete(null);
    assertThat(late).containsExactly(receipt(0, 1));
  }

  @Test
  void theEndDoesNotWaitForTheDestinationsOwnTime() throws Exception {
    sink.durable = new CompletableFuture<>();
    assertThat(bundle(receipt(0, 1))).isEmpty();
    assertThat(release.awaitEmpty(Duration.ofMillis(1))).isFalse();
    assertThat(sink.flushes).isPositive();
    sink.durable.complete(null);
    assertThat(release.awaitEmpty(Duration.ofMinutes(1))).isTrue();
  }

  @Test
  void rowsThatCannotBecomeDurableEndTheRunAndNothingBehindThemIsPublished() throws Exception {
    CompletableFuture<Void> lost = new CompletableFuture<>();
    sink.durable = lost;
    assertThat(bundle(receipt(0, 1))).isEmpty();
    lost.completeExceptionally(
        new WalbeamException(FailureKind.DATA_LOSS_RISK, "A file is gone.", "Start again."));
    sink.durable = CompletableFuture.completedFuture(null);
    assertThatThrownBy(() -> bundle(receipt(1, 2))).hasMessage("A file is gone.");
    assertThatThrownBy(release::throwFailure).hasMessage("A file is gone.");
    assertThatThrownBy(() -> release.awaitEmpty(Duration.ZERO)).hasMessage("A file is gone.");
    assertThat(early).isEmpty();
    assertThat(late).isEmpty();
  }

  private static Receipt receipt(long from, long to) {
    return new Receipt(
        Batches.READER,
        from == 0,
        new Interval(StreamPosition.at(from), StreamPosition.at(to)),
        to,
        to);
  }
}
