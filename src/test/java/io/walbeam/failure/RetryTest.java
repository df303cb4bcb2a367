package io.walbeam.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          Duration.ofMillis(100),
          Duration.ofSeconds(20),
          Duration.ofMinutes(1),
          Duration.ofSeconds(8));

  private final ScriptedPauses pauses = new ScriptedPauses();
  private final List<String> told = new ArrayList<>();
  private final Retry retry = new Retry(POLICY, pauses, this::show);

  private Retry.Shown show(String reason, boolean person) {
    told.add((person ? "person: " : "") + reason);
    return new Retry.Shown() {
      @Override
      public void change(String other, boolean now) {
        told.add("then " + (now ? "person: " : "") + other);
      }

      @Override
      public void leave() {
        told.add("left");
      }

      @Override
      public void close() {
        told.add("over");
      }
    };
  }

  private static WalbeamException failure(FailureKind kind) {
    return new WalbeamException(kind, "Bad.", "Do.");
  }

  private void fail() throws InterruptedException {
    assertThat(retry.pause(FailureKind.TRANSIENT, "away")).isTrue();
  }

  @Test
  void theFirstWordOfAnOutageComesWithinTenSecondsOfItsBeginning() throws Exception {
    Duration passed = Duration.ZERO;
    while (told.isEmpty()) {
      passed = pauses.waits.stream().reduce(Duration.ZERO, Duration::plus);
      fail();
    }
    assertThat(told).containsExactly("away");
    assertThat(passed).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void whatHungBeforeItFailedCounts() throws Exception {
    pauses.pass(Duration.ofSeconds(30));
    fail();
    assertThat(told).containsExactly("away");
  }

  @Test
  void whatHangsIsShownBeforeItFails() throws Exception {
    assertThat(retry.untilStall()).isEqualTo(Duration.ofSeconds(8));
    pauses.pass(Duration.ofSeconds(8));
    assertThat(retry.untilStall()).isZero();
    retry.hangs("no answer");
    retry.succeeded();
    assertThat(told).containsExactly("no answer", "over");
  }

  @Test
  void aPersonIsToldAtOnce() throws Exception {
    retry.pause(FailureKind.OPERATOR, "grant");
    assertThat(told).containsExactly("person: grant");
    assertThat(pauses.waits.get(0)).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
  }

  @Test
  void oneOutageIsOneStallHoweverItsReasonChangesAndOverOnlyOnceSomethingSucceeded()
      throws Exception {
    retry.pause(FailureKind.TRANSIENT, "away", true);
    fail();
    retry.pause(FailureKind.TRANSIENT, "starting up");
    retry.pause(FailureKind.OPERATOR, "grant");
    assertThat(told).containsExactly("away", "then starting up", "then person: grant");
    retry.succeeded();
    retry.close();
    assertThat(told.subList(3, told.size())).containsExactly("over");
  }

  @Test
  void givingUpSaysNothing() throws Exception {
    retry.pause(FailureKind.OPERATOR, "grant");
    retry.close();
    assertThat(told).containsExactly("person: grant", "left");
  }

  @Test
  void successMakesTheNextFailureTheFirst() throws Exception {
    for (int i = 0; i < 10; i++) {
      fail();
    }
    assertThat(retry.failing()).isTrue();
    retry.succeeded();
    assertThat(retry.failing()).isFalse();
    pauses.waits.clear();
    fail();
    assertThat(pauses.waits.get(0)).isLessThanOrEqualTo(Duration.ofMillis(100));
  }

  @Property
  void delaysDoubleWithinTheirJitterUpToTheLongest(@ForAll @IntRange(max = 200) int failures) {
    Duration nominal = POLICY.nominal(FailureKind.TRANSIENT, failures);
    assertThat(nominal).isBetween(POLICY.first(), POLICY.longest());
    Duration next = POLICY.nominal(FailureKind.TRANSIENT, failures + 1);
    assertThat(next)
        .isEqualTo(
            nominal.multipliedBy(2).compareTo(POLICY.longest()) < 0
                ? nominal.multipliedBy(2)
                : POLICY.longest());
    assertThat(RetryPolicy.jitter(nominal)).isBetween(nominal.dividedBy(2), nominal);
  }

  @Property
  void whateverHappensNothingIsOverThatWasNotShownAndNothingStaysShown(
      @ForAll @Size(max = 40) List<FailureKind> happened) throws Exception {
    told.clear();
    try (Retry any = new Retry(POLICY, pauses, this::show)) {
      for (FailureKind kind : happened) {
        switch (kind) {
          case TRANSIENT -> any.pause(kind, "away");
          case OPERATOR -> any.pause(kind, "grant");
          default -> any.succeeded();
        }
      }
    }
    boolean open = false;
    for (String what : told) {
      boolean ends = what.equals("over") || what.equals("left");
      boolean changes = what.startsWith("then ");
      assertThat(open).as(told.toString()).isEqualTo(ends || changes);
      open = !ends;
    }
    assertThat(open).as(told.toString()).isFalse();
  }

  @Test
  void aStepIsTriedUntilItSucceeds() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    String result =
        retry.until(
            () -> {
              if (tries.incrementAndGet() < 20) {
                throw failure(tries.get() % 5 == 0 ? FailureKind.OPERATOR : FailureKind.TRANSIENT);
              }
              return "done";
            });
    assertThat(result).isEqualTo("done");
    assertThat(pauses.waits).hasSize(19);
    assertThat(told).first().isEqualTo("person: Bad. Do.");
    assertThat(told).last().isEqualTo("over");
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"TRANSIENT", "OPERATOR"},
      mode = EnumSource.Mode.EXCLUDE)
  void whatNoOtherAttemptMendsIsThrownAtOnce(FailureKind kind) {
    WalbeamException failure = failure(kind);
    assertThatThrownBy(
            () ->
                retry.until(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(pauses.waits).isEmpty();
  }

  @Test
  void whereNobodyWaitsForAPersonWhatNeedsOneIsThrown() {
    RetryPolicy impatient =
        new RetryPolicy(POLICY.first(), POLICY.longest(), Duration.ZERO, Duration.ZERO);
    assertThat(impatient.retries(FailureKind.OPERATOR)).isFalse();
    assertThat(impatient.retries(FailureKind.TRANSIENT)).isTrue();
  }

  @Test
  void theLastFailureIsThrownOnceNobodyWaitsForTheResult() {
    Retry stopped = new Retry(POLICY, new ScriptedPauses().stopAfter(3), this::show);
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(
            () ->
                stopped.until(
                    () -> {
                      throw new WalbeamException(
                          FailureKind.TRANSIENT, "Try " + tries.incrementAndGet() + ".", "");
                    }))
        .hasMessage("Try 3.");
  }
}
