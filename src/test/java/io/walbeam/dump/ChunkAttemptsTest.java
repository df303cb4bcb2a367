package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.change.TableId;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.bench.CountingEnds;
import io.walbeam.sink.Stalls.Stall;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChunkAttemptsTest {
  private static final TableId TABLE = new TableId("public", "t");

  private final DumpQueue queue = new DumpQueue(3, 4);
  private final DumpContext context =
      new DumpContext(
          DumpQueueTest.settings(),
          new CountingEnds().ends(),
          Executors.newCachedThreadPool(),
          new DumpMeter(),
          queue,
          new DescribedShapes(),
          new AtomicLong());
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final ChunkAttempts attempts = new ChunkAttempts(context, TABLE, stopped::get);
  private final AtomicInteger tries = new AtomicInteger();

  private static WalbeamException failure(FailureKind kind, String message) {
    return new WalbeamException(kind, message, "a remedy");
  }

  /** As {@code PostgresErrors} has a lock time-out and a full server. */
  private static WalbeamException passing(String message) {
    return failure(FailureKind.TRANSIENT, message);
  }

  @Test
  void whatALockOrAFullServerHoldsUpIsANamedStallUntilItSucceeds() throws Exception {
    String rows =
        attempts.of(
            "read its rows",
            () -> {
              switch (tries.incrementAndGet()) {
                case 1 -> throw passing("PostgreSQL could not read its rows now (SQLState 55P03).");
                case 2 -> {
                  assertThat(context.stalls().current())
                      .singleElement()
                      .satisfies(
                          stall -> {
                            assertThat(stall.table()).isEqualTo("public.t");
                            assertThat(stall.reason())
                                .contains("could not read its rows", "tried again", "55P03");
                          });
                  throw passing("PostgreSQL at here:1 has no connection left.");
                }
                case 3 -> {
                  assertThat(context.stalls().current())
                      .extracting(Stall::reason)
                      .anyMatch(reason -> reason.contains("no connection left"));
                  return "rows";
                }
                default -> throw new AssertionError(tries);
              }
            });
    assertThat(rows).isEqualTo("rows");
    assertThat(context.stalls().current()).isEmpty();
  }

  @Test
  void whatAPersonMustMendEndsTheDumpAtOnceAndLeavesNoStall() {
    assertThatThrownBy(
            () ->
                attempts.of(
                    "read its rows",
                    () -> {
                      tries.incrementAndGet();
                      throw failure(FailureKind.OPERATOR, "no grant");
                    }))
        .isInstanceOf(WalbeamException.class)
        .hasMessageContaining("no grant");
    assertThat(tries).hasValue(1);
    assertThat(context.stalls().current()).isEmpty();
  }

  @Test
  void aDumpThatIsStoppedWaitsForNoLock() {
    assertThatThrownBy(
            () ->
                attempts.of(
                    "read its rows",
                    () -> {
                      stopped.set(true);
                      tries.incrementAndGet();
                      throw passing("locked");
                    }))
        .isInstanceOf(WalbeamException.class);
    assertThat(tries).hasValue(1);
    assertThat(context.stalls().current()).isEmpty();
  }
}
