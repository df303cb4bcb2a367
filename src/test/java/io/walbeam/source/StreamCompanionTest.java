package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.local.demo.Await;
import io.walbeam.postgres.MessageEmitter;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.SideConnection;
import io.walbeam.secret.SecretReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamCompanionTest {
  private static final PostgresSettings NOWHERE =
      new PostgresSettings("localhost", 1, "none", "nobody", new SecretReference("none"));

  private final Hook hook = new Hook();
  private final SideConnection side =
      new SideConnection(new PostgresConnections(NOWHERE), "walbeam-test");
  private final StreamCompanion companion = new StreamCompanion(side, "s", null, hook);

  @AfterEach
  void end() throws Exception {
    companion.close();
    assertThat(companion.join(10_000)).isTrue();
    side.close();
  }

  @Test
  void whileANewerReaderHasTheSlotNothingGoesAlong() throws Exception {
    companion.streamStarted();
    Await.until("it has begun", () -> hook.events.equals(List.of("started")));
    companion.streamLost();
    Await.until("it has ended", () -> hook.events.equals(List.of("started", "ended")));
    companion.streamStarted();
    Await.until(
        "it has begun again", () -> hook.events.equals(List.of("started", "ended", "started")));
    companion.close();
    assertThat(companion.join(10_000)).isTrue();
    assertThat(hook.events).containsExactly("started", "ended", "started", "ended");
  }

  @Test
  void whatPassesIsTriedAgain() throws Exception {
    hook.failures.add(new WalbeamException(FailureKind.TRANSIENT, "Away.", "Wait."));
    companion.streamStarted();
    Await.until("it has begun", () -> hook.events.equals(List.of("failed", "started")));
    assertThat(companion.failure()).isNull();
  }

  @Test
  void whatAPersonMustMendEndsTheRun() throws Exception {
    WalbeamException refused = new WalbeamException(FailureKind.OPERATOR, "No grant.", "Grant.");
    hook.failures.add(refused);
    companion.streamStarted();
    Await.until("it has failed", () -> companion.failure() != null);
    assertThat(companion.failure()).isSameAs(refused);
    assertThat(hook.events).containsExactly("failed");
  }

  /** Otherwise the stream would go on without dumps, and a run to now would wait for ever. */
  @Test
  void anErrorOfTheVirtualMachineEndsTheRun() throws Exception {
    hook.failures.add(new NoClassDefFoundError("scripted"));
    companion.streamStarted();
    Await.until("it has failed", () -> companion.failure() != null);
    assertThat(Objects.requireNonNull(companion.failure()).kind()).isEqualTo(FailureKind.BUG);
  }

  /** Fails as often as a test says. */
  private static final class Hook implements StreamHook {
    private static final long serialVersionUID = 1L;

    private final transient List<String> events = new CopyOnWriteArrayList<>();
    private final transient Deque<Throwable> failures = new ArrayDeque<>();

    @Override
    public void streamStarted(MessageEmitter emitter) {
      Throwable failure = failures.poll();
      if (failure == null) {
        events.add("started");
        return;
      }
      events.add("failed");
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }

    @Override
    public void streamEnded() {
      events.add("ended");
    }
  }
}
