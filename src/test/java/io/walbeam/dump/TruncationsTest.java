package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import io.walbeam.deadletter.DeadLetter;
import io.walbeam.dump.Truncations.Truncation;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.bench.KeyedEnds;
import io.walbeam.row.DestinationTable;
import io.walbeam.sink.Stalls;
import io.walbeam.testing.Await;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TruncationsTest {
  private static final Truncation TRUNCATION =
      new Truncation(new TableId("public", "t"), new ChangePosition(1, 500, 490, 3), 11, 1_000);

  private final Stalls stalls = new Stalls();
  private final AtomicBoolean held = new AtomicBoolean();
  private final ConcurrentLinkedQueue<DeadLetter> letters = new ConcurrentLinkedQueue<>();
  private final AtomicInteger asked = new AtomicInteger();

  private Truncations truncations(RuntimeException... failures) {
    return new Truncations(
        new KeyedEnds.NothingOutdated() {
          @Override
          public boolean existedBefore(DestinationTable table, long micros) {
            return true;
          }

          @Override
          public long count(DestinationTable table, ChangePosition below) {
            int index = asked.getAndIncrement();
            if (index < failures.length) {
              throw failures[index];
            }
            return 0;
          }
        },
        new PurgeTest.Deletes(),
        letters::addAll,
        stalls,
        DumpQueueTest.idleDumps(),
        new Held(),
        Long.MAX_VALUE,
        Duration.ofMillis(1),
        Clock.systemUTC());
  }

  private final class Held implements Positions {
    @Override
    public Hold hold(long lsn) {
      assertThat(lsn).isEqualTo(500);
      held.set(true);
      return () -> held.set(false);
    }

    @Override
    public void awaitWritten(long lsn) {
      assertThat(held).isTrue();
    }
  }

  @Test
  void thePositionIsLetGoOnceTheTruncationIsAppliedAlsoAfterFailuresThatPass() throws Exception {
    WalbeamException passes = new WalbeamException(FailureKind.TRANSIENT, "Busy.", "Wait.");
    try (Truncations truncations = truncations(passes, passes)) {
      truncations.apply(TRUNCATION, PurgeTest.MAPPING);
      Await.until("it is applied", () -> !held.get());
    }
    assertThat(asked).hasValue(3);
    assertThat(letters).isEmpty();
    assertThat(stalls.current()).isEmpty();
  }

  @Test
  void whatAPersonMustDecideIsADeadLetterAndThePositionGoesOn() throws Exception {
    WalbeamException tooMany = new WalbeamException(FailureKind.OPERATOR, "Too many.", "Decide.");
    try (Truncations truncations = truncations(tooMany)) {
      truncations.apply(TRUNCATION, PurgeTest.MAPPING);
      Await.until("it is left to a person", () -> !held.get());
    }
    assertThat(letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.position()).isEqualTo(TRUNCATION.position());
              assertThat(letter.remedy()).isEqualTo("Decide.");
            });
  }

  @Test
  void anUnexpectedFailureHoldsThePositionAndSaysSoForAsLongAsItDoes() throws Exception {
    try (Truncations truncations = truncations(new IllegalStateException("marked"))) {
      truncations.apply(TRUNCATION, PurgeTest.MAPPING);
      Await.until("it is said", () -> !stalls.current().isEmpty());
    }
    assertThat(held).as("a restart applies it again").isTrue();
    List<Stalls.Stall> current = stalls.current();
    assertThat(current)
        .singleElement()
        .satisfies(
            stall -> {
              assertThat(stall.parked()).isTrue();
              assertThat(stall.table()).isEqualTo("public.t");
              assertThat(stall.reason())
                  .contains("failed unexpectedly", "The next start")
                  .doesNotContain("marked");
            });
  }
}
