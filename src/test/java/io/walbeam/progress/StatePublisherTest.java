package io.walbeam.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.SlotState;
import io.walbeam.sink.StateStore;
import io.walbeam.source.PublishedPositions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StatePublisherTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final Store store = new Store();

  @Test
  void aPositionIsRecordedBeforeItIsTold() throws InterruptedException {
    try (StatePublisher publisher = new StatePublisher(store, positions())) {
      publisher.submit(state(0, 100));
      assertThat(publisher.awaitPublished(PATIENCE)).isTrue();
    }
    assertThat(events).containsExactly("record 100", "tell 100");
  }

  @Test
  void aLowerPositionIsNeitherRecordedNorTold() throws InterruptedException {
    try (StatePublisher publisher = new StatePublisher(store, positions())) {
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
    try (StatePublisher publisher = new StatePublisher(store, positions())) {
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
    try (StatePublisher publisher = new StatePublisher(store, positions())) {
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
  void aFailureToRecordIsThrownAndThePositionIsNeverTold() {
    store.failure =
        new WalbeamException(FailureKind.OPERATOR, "The dataset is gone.", "Create it.");
    try (StatePublisher publisher = new StatePublisher(store, positions())) {
      publisher.submit(state(0, 100));
      assertThatThrownBy(() -> publisher.awaitPublished(PATIENCE)).isSameAs(store.failure);
      assertThatThrownBy(() -> publisher.submit(state(0, 200))).isSameAs(store.failure);
    }
    assertThat(events).isEmpty();
  }

  @Test
  void closingEndsAWriteThatHangs() throws InterruptedException {
    store.gate = new CountDownLatch(1);
    StatePublisher publisher = new StatePublisher(store, positions());
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

  /** Records what it is given; may wait or fail as a test says. */
  private final class Store implements StateStore {
    private final CountDownLatch entered = new CountDownLatch(1);
    private CountDownLatch gate = new CountDownLatch(0);
    private WalbeamException failure =
        new WalbeamException(FailureKind.BUG, "no failure was set", "");

    @Override
    public Optional<SlotState> read(String slot) {
      return Optional.empty();
    }

    @Override
    public void write(SlotState state) throws InterruptedException {
      entered.countDown();
      gate.await();
      if (failure.kind() != FailureKind.BUG) {
        throw failure;
      }
      events.add("record " + state.confirmedLsn());
    }
  }
}
