package io.walbeam.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.ScriptedPauses;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.EndOfRun;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.Stalls;
import io.walbeam.sink.StateStore;
import io.walbeam.source.PublishedPositions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatePublisherTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final Store store = new Store();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return Objects.requireNonNull(now.get());
        }
      };
  private final Stalls stalls = new Stalls(clock);
  private final ScriptedPauses pauses = new ScriptedPauses();

  @Test
  void aPositionIsRecordedBeforeItIsTold() throws InterruptedException {
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
    }
    assertThat(events).containsExactly("record 100", "tell 100");
  }

  @Test
  void aLowerPositionIsNeitherRecordedNorTold() throws InterruptedException {
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
      publisher.submit(state(0, 50));
      publisher.submit(state(0, 100));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
    }
    assertThat(events).containsExactly("record 100", "tell 100");
  }

  @Test
  void aHigherEpochMayBeginAtALowerPosition() throws InterruptedException {
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
      publisher.submit(state(1, 50));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
    }
    assertThat(events).containsExactly("record 100", "tell 100", "record 50", "tell 50");
  }

  @Test
  void positionsThatArriveWhileOneIsWrittenAreCoalescedToTheHighest() throws InterruptedException {
    store.gate = new CountDownLatch(1);
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      store.entered.await();
      for (int lsn = 101; lsn <= 200; lsn++) {
        publisher.submit(state(0, lsn));
      }
      assertThat(publisher.awaitPublished(Duration.ZERO)).isFalse();
      store.gate.countDown();
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
    }
    assertThat(events).containsExactly("record 100", "tell 100", "record 200", "tell 200");
  }

  @Test
  void whatCannotBeRecordedIsTriedAgainUnderAStallAndHigherPositionsTakeItsPlace()
      throws InterruptedException {
    store.failures.add(
        new WalbeamException(FailureKind.OPERATOR, "The row is refused.", "Mend the table."));
    store.failures.add(new IllegalStateException("nobody thought of it"));
    store.failures.add(new WalbeamException(FailureKind.TRANSIENT, "Away.", "Wait."));
    List<Stalls.Stall> seen = new ArrayList<>();
    store.onFailure = () -> seen.addAll(stalls.current());
    pauses.pass(Duration.ofSeconds(1));
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      publisher.submit(state(0, 200));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
      publisher.submit(state(0, 300));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
    }
    assertThat(events).endsWith("record 200", "tell 200", "record 300", "tell 300");
    assertThat(seen)
        .extracting(Stalls.Stall::reason)
        .contains("The row is refused. Mend the table.");
    assertThat(seen).allSatisfy(stall -> assertThat(stall.table()).isEqualTo("_walbeam_state"));
    assertThat(stalls.current()).isEmpty();
  }

  @Test
  void atTheEndOfARunAPersonIsNotWaitedFor() {
    store.failure =
        new WalbeamException(FailureKind.OPERATOR, "The row is refused.", "Mend the table.");
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      assertThatThrownBy(
              () -> {
                while (!publisher.awaitPublished(Duration.ofMillis(50))) {
                  now.set(Objects.requireNonNull(now.get()).plus(EndOfRun.PATIENCE));
                }
              })
          .isInstanceOfSatisfying(
              WalbeamException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(FailureKind.OPERATOR);
                assertThat(e.describe()).contains("_walbeam_state", "Mend the table.");
              });
    }
    assertThat(events).isEmpty();
  }

  @Test
  void anErrorOfTheVirtualMachineEndsPublishing() {
    store.failure = new OutOfMemoryError("scripted");
    try (StatePublisher publisher = publisher()) {
      publisher.submit(state(0, 100));
      assertThatThrownBy(() -> publisher.awaitPublished(PATIENCE))
          .hasMessageContaining("could not be recorded");
    }
  }

  @Test
  void closingEndsAWriteThatHangs() throws InterruptedException {
    store.gate = new CountDownLatch(1);
    StatePublisher publisher = publisher();
    publisher.submit(state(0, 100));
    store.entered.await();
    publisher.close();
    assertThat(events).isEmpty();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("walbeam-publisher"));
  }

  private PublishedPositions positions() {
    return new PublishedPositions() {
      @Override
      public void publish(long lsn) {
        events.add("tell " + lsn);
      }

      @Override
      public long published() {
        return 0;
      }
    };
  }

  private static SlotState state(long epoch, long lsn) {
    return new SlotState("slot", epoch, "7", 1, lsn, 0, "1/1", 0);
  }

  private StatePublisher publisher() {
    return new StatePublisher(store, positions(), stalls, pauses, clock);
  }

  /** Records what it is given; may wait or fail as a test says. */
  private final class Store implements StateStore {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private CountDownLatch gate = new CountDownLatch(0);
    private @Nullable Throwable failure;
    private Runnable onFailure = () -> {};

    @Override
    public String name() {
      return "_walbeam_state";
    }

    @Override
    public Optional<SlotState> read(String slot) {
      return Optional.empty();
    }

    @Override
    public void write(SlotState state) throws InterruptedException {
      entered.countDown();
      gate.await();
      onFailure.run();
      if (!failures.isEmpty()) {
        throw failures.remove();
      }
      if (failure instanceof RuntimeException exception) {
        throw exception;
      }
      if (failure instanceof Error error) {
        throw error;
      }
      events.add("record " + state.confirmedLsn());
    }

    @Override
    public void touch() {}
  }
}
