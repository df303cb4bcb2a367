package io.walbeam.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.batch.Batches;
import io.walbeam.change.CommittedTransaction;
import io.walbeam.change.Interval;
import io.walbeam.change.Operation;
import io.walbeam.change.StreamPosition;
import io.walbeam.failure.ErrorClass;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.Stage;
import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.row.KeyColumns;
import io.walbeam.row.Route;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Receipts of rows that are held back, and of everything after them, wait for the rows. */
class HeldRowsTest {
  private static final DestinationTable PARKED =
      new DestinationTable("parked", List.of(), List.of("id"), List.of(), "", "");

  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final List<TableRows> written = new ArrayList<>();
  private final List<RefusedRow> buried = new ArrayList<>();
  private final List<Receipt> early = new ArrayList<>();
  private final List<Receipt> late = new ArrayList<>();
  private List<RefusedRow> refused = List.of();
  private @Nullable Error scripted;
  private HeldRows held = held(1_000_000);

  private HeldRows held(long limit) {
    return new HeldRows(
        tableRows -> {
          if (scripted != null) {
            throw scripted;
          }
          written.add(tableRows);
          return refused;
        },
        buried::addAll,
        tasks::add,
        early::add,
        late::add,
        limit);
  }

  private static Writing writing(int bytes, CompletableFuture<List<RefusedRow>> result) {
    TableRows tableRows = tableRows(bytes);
    return new Writing(
        tableRows.table().name(), tableRows.bytes(), tableRows.rows().size(), result);
  }

  @Test
  void withoutHeldRowsReceiptsAreGivenOutAtOnce() {
    assertThat(held.finish(new HeldRows.Ticket(), List.of(receipt(0, 1), receipt(1, 2))))
        .containsExactly(receipt(0, 1), receipt(1, 2));
    assertThat(early).hasSize(2);
    assertThat(held.queue(tableRows(10), new HeldRows.Ticket())).isFalse();
  }

  @Test
  void receiptsBehindHeldRowsWaitAndComeOutInOrderAsOneInterval() {
    HeldRows.Ticket first = new HeldRows.Ticket();
    CompletableFuture<List<RefusedRow>> writing = new CompletableFuture<>();
    assertThat(held.release(writing(10, writing), 100, first)).isTrue();
    assertThat(held.tables()).containsExactly("parked");

    assertThat(held.finish(first, List.of(receipt(0, 1)))).isEmpty();
    for (int i = 1; i < 1000; i++) {
      assertThat(held.finish(new HeldRows.Ticket(), List.of(receipt(i, i + 1)))).isEmpty();
    }
    assertThat(late).isEmpty();

    writing.complete(List.of());
    work();

    assertThat(late).containsExactly(receipt(0, 1), receipt(1, 1000));
    assertThat(held.bytes()).isZero();
    assertThat(held.tables()).isEmpty();
    assertThat(held.finish(new HeldRows.Ticket(), List.of(receipt(1000, 1001))))
        .as("the runner hears of them with the next bundle")
        .containsExactly(receipt(0, 1000), receipt(1000, 1001));
  }

  @Test
  void rowsOfALaterBundleQueueBehindAndAreWrittenTogether() {
    HeldRows.Ticket first = new HeldRows.Ticket();
    HeldRows.Ticket second = new HeldRows.Ticket();
    HeldRows.Ticket third = new HeldRows.Ticket();
    CompletableFuture<List<RefusedRow>> writing = new CompletableFuture<>();
    held.release(writing(10, writing), 100, first);
    held.finish(first, List.of(receipt(0, 1)));
    assertThat(held.queue(tableRows(20), second)).isTrue();
    held.finish(second, List.of(receipt(1, 2)));
    assertThat(held.queue(tableRows(30), third)).isTrue();
    held.finish(third, List.of(receipt(2, 3)));

    writing.complete(List.of());
    tasks.remove().run();
    assertThat(late).containsExactly(receipt(0, 1));
    work();

    assertThat(written)
        .singleElement()
        .satisfies(tableRows -> assertThat(tableRows.rows()).hasSize(2));
    assertThat(late).containsExactly(receipt(0, 1), receipt(1, 2), receipt(2, 3));
    assertThat(held.bytes()).isZero();
  }

  @Test
  void refusedRowsAreDeadLettersBeforeTheReceiptIsOut() {
    HeldRows.Ticket ticket = new HeldRows.Ticket();
    CompletableFuture<List<RefusedRow>> writing = new CompletableFuture<>();
    held.release(writing(10, writing), 0, ticket);
    held.finish(ticket, List.of(receipt(0, 1)));
    writing.complete(
        List.of(
            new RefusedRow(
                origin(),
                new Refusal(Stage.APPEND, ErrorClass.ROW_REFUSED, "bad.", "do."),
                "parked")));
    work();

    assertThat(buried).hasSize(1);
    assertThat(late).hasSize(1);
  }

  @Test
  void whatDoesNotFitIsNotTaken() {
    held = held(50_000);
    HeldRows.Ticket ticket = new HeldRows.Ticket();
    assertThat(held.release(writing(60_000, new CompletableFuture<>()), 0, ticket)).isFalse();
    assertThat(held.release(writing(10, new CompletableFuture<>()), 60_000, ticket)).isFalse();
    assertThat(held.release(writing(10_000, new CompletableFuture<>()), 10_000, ticket)).isTrue();
    assertThat(held.queue(tableRows(40_000), ticket)).isFalse();
    assertThat(held.bytes()).isBetween(20_000L, 50_000L);
  }

  @Test
  void aFailureThatIsNotTheTablesEndsTheRunAndPublishesNothing() {
    HeldRows.Ticket ticket = new HeldRows.Ticket();
    CompletableFuture<List<RefusedRow>> writing = new CompletableFuture<>();
    held.release(writing(10, writing), 0, ticket);
    held.finish(ticket, List.of(receipt(0, 1)));
    writing.completeExceptionally(
        new WalbeamException(FailureKind.TRANSIENT, "The sink was closed.", "Start again."));
    work();

    assertThatThrownBy(() -> held.finish(new HeldRows.Ticket(), List.of(receipt(1, 2))))
        .hasMessage("The sink was closed.");
    assertThat(late).isEmpty();
  }

  /** A thread that just ended would leave the rows waiting for ever, without a word. */
  @Test
  void anErrorOfTheVirtualMachineEndsTheRun() {
    HeldRows.Ticket ticket = new HeldRows.Ticket();
    CompletableFuture<List<RefusedRow>> writing = new CompletableFuture<>();
    held.release(writing(10, writing), 0, ticket);
    assertThat(held.queue(tableRows(20), ticket)).isTrue();
    held.finish(ticket, List.of(receipt(0, 1)));
    scripted = new NoClassDefFoundError("scripted");
    writing.complete(List.of());
    work();

    assertThatThrownBy(held::throwFailure).hasMessageContaining("held back");
    assertThat(late).isEmpty();
  }

  @Test
  void theEndOfARunWaitsForHeldRowsInBoundedTime() throws Exception {
    CompletableFuture<List<RefusedRow>> writing = new CompletableFuture<>();
    HeldRows.Ticket ticket = new HeldRows.Ticket();
    held.release(writing(10, writing), 0, ticket);
    held.finish(ticket, List.of(receipt(0, 1)));
    assertThat(held.awaitEmpty(Duration.ofMillis(1))).isFalse();
    writing.complete(List.of());
    work();
    assertThat(held.awaitEmpty(Duration.ZERO)).isTrue();
  }

  private void work() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  private static TableRows tableRows(int bytes) {
    TableRows tableRows = new TableRows(PARKED);
    tableRows.add(new EncodedRow(new byte[bytes], 0, bytes), origin());
    return tableRows;
  }

  private static RowOrigin origin() {
    return new RowOrigin(
        new byte[1],
        0,
        1,
        new Route(Batches.PEOPLE, new KeyColumns(List.of(0), ""), null, null),
        Operation.INSERT,
        new CommittedTransaction(0, 1, 1, 1),
        1,
        0,
        null);
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
