package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.bench.CountingEnds;
import io.walbeam.local.demo.Await;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.NothingOutdated;
import io.walbeam.sink.Stalls;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TruncationRunTest {
  private static final Truncation TRUNCATION =
      new Truncation(new TableId("public", "t"), new ChangePosition(1, 500, 490, 3), 11, 1_000);

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final List<DeadLetter> letters = new ArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final DumpQueue queue = new DumpQueue(1, 1);

  /** Everything is confirmed up to 400, and beyond the truncation at the third look. */
  private long confirmed() {
    events.add("confirmed?");
    return asked.incrementAndGet() < 3 ? 400 : 501;
  }

  private TruncationRun run(Optional<RuntimeException> failure) {
    Stalls stalls = new Stalls();
    DumpContext.Ends ends =
        new DumpContext.Ends(
            table -> Optional.empty(),
            new PurgeTest.Deletes(),
            letters::addAll,
            new CountingEnds().ends().ledger(),
            new NothingOutdated() {
              @Override
              public boolean existedBefore(DestinationTable table, long micros) {
                return true;
              }

              @Override
              public long count(DestinationTable table, ChangePosition below) {
                events.add("count");
                if (failure.isPresent()) {
                  throw failure.get();
                }
                return 0;
              }
            },
            new CountingEnds().ends().schemaChanges(),
            new DumpContext.Waiting(
                stalls, new EndOfRun(stalls, true, Clock.systemUTC()), LetGo.never()),
            this::confirmed,
            Clock.systemUTC());
    return new TruncationRun(
        new DumpContext(
            DumpQueueTest.settings(),
            ends,
            Executors.newCachedThreadPool(),
            new DumpMeter(),
            queue,
            new DescribedShapes(),
            new AtomicLong()),
        queue,
        new AtomicLong(),
        (table, lsn) -> events.add("end dumps before " + lsn),
        (entry, reason) -> events.add("let go"),
        TruncationEntry.of("slot", TRUNCATION));
  }

  @Test
  void nothingIsDeletedBeforeOlderDumpsHaveEndedAndEverythingBeforeItIsWritten() throws Exception {
    run(Optional.empty()).carryOut(TRUNCATION, PurgeTest.MAPPING);
    assertThat(events)
        .containsExactly("end dumps before 500", "confirmed?", "confirmed?", "confirmed?", "count");
    assertThat(letters).isEmpty();
  }

  @Test
  void whatAPersonMustDecideIsADeadLetter() throws Exception {
    run(Optional.of(new WalbeamException(FailureKind.OPERATOR, "Too many.", "Decide.")))
        .carryOut(TRUNCATION, PurgeTest.MAPPING);
    assertThat(letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.change().position()).isEqualTo(TRUNCATION.position());
              assertThat(letter.refusal().remedy()).isEqualTo("Decide.");
            });
  }

  @Test
  void ofATableThatWasLetGoItIsLeftToTheDumpThatBringsItBack() {
    queue.learn(
        List.of(
            LetGoEntry.of(
                "slot",
                new LetGoTable(
                    TRUNCATION.table(), "public_t", 1, 300, 400, 7, 5, false, "No grant."))));
    assertThatThrownBy(() -> run(Optional.empty()).carryOut(TRUNCATION, PurgeTest.MAPPING))
        .isInstanceOf(LetGoException.class);
    assertThat(events).doesNotContain("count");
    assertThat(letters).isEmpty();
  }

  @Test
  void aTruncationThatWaitsLeavesNoThreadBehind() throws Exception {
    ExecutorService shift = Executors.newCachedThreadPool();
    asked.set(Integer.MIN_VALUE);
    TruncationRun waiting = run(Optional.empty());
    Future<Boolean> ended =
        shift.submit(
            () -> {
              try {
                waiting.carryOut(TRUNCATION, PurgeTest.MAPPING);
                return false;
              } catch (InterruptedException e) {
                return true;
              }
            });
    Await.until("it waits", () -> events.contains("confirmed?"));
    shift.shutdownNow();
    assertThat(ended.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(shift.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(events).doesNotContain("count");
  }

  @Test
  void whatNobodyThoughtOfIsTriedAgainLikeWhatAPersonMustMend() {
    WalbeamException known =
        TruncationRun.triedAgain(new IllegalStateException("nobody thought of it"));
    assertThat(known.kind()).isEqualTo(FailureKind.OPERATOR);
    assertThat(known.describe()).contains("truncation").doesNotContain("nobody thought");
    WalbeamException busy = new WalbeamException(FailureKind.TRANSIENT, "Busy.", "Wait.");
    assertThat(TruncationRun.triedAgain(busy)).isSameAs(busy);
  }

  @Test
  void whatPassesIsLeftToTheNextAttempt() {
    WalbeamException busy = new WalbeamException(FailureKind.TRANSIENT, "Busy.", "Wait.");
    assertThatThrownBy(() -> run(Optional.of(busy)).carryOut(TRUNCATION, PurgeTest.MAPPING))
        .isSameAs(busy);
    assertThat(letters).isEmpty();
  }
}
