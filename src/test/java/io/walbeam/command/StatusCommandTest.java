package io.walbeam.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.doctor.Finding;
import io.walbeam.doctor.Severity;
import io.walbeam.doctor.StatusFacts;
import io.walbeam.failure.ScriptedPauses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How often {@code status} looks, and what its last look means for whoever called it. */
class StatusCommandTest {
  private final ScriptedPauses pauses = new ScriptedPauses();
  private final List<StatusFacts> shown = new ArrayList<>();

  private static StatusFacts facts(long second) {
    return new StatusFacts(
        "s",
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        second * 1_000_000,
        List.of(new Finding(Severity.WARNING, "unreachable", "It is away.", "", "a call")));
  }

  private int follow(boolean watch) throws InterruptedException {
    return StatusCommand.follow(
        () -> facts(pauses.passed().toSeconds()), watch, shown::add, pauses);
  }

  @Test
  void withoutWatchOneLookIsShown() throws Exception {
    int exitCode = follow(false);
    assertThat(shown).hasSize(1);
    assertThat(pauses.waits).isEmpty();
    assertThat(exitCode).isPositive();
  }

  @Test
  void withWatchEachLookIsShownUntilItIsEnded() throws Exception {
    pauses.stopAfter(3);
    int exitCode = follow(true);
    assertThat(shown)
        .extracting(StatusFacts::nowMicros)
        .containsExactly(0L, 10_000_000L, 20_000_000L);
    assertThat(pauses.waits).containsOnly(Duration.ofSeconds(10));
    assertThat(exitCode).isPositive();
  }
}
