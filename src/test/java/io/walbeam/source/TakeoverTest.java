package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import org.junit.jupiter.api.Test;

final class TakeoverTest {
  private static final Incarnation SELF = new Incarnation(2_000, 50);

  private static Takeover.Action decide(long job, long reader) {
    return Takeover.decide(SELF, "s", new Incarnation(job, reader).applicationName("s"));
  }

  @Test
  void olderReadersOfOursAndOwnDeadConnectionsAreEnded() {
    assertThat(decide(2_000, 49)).isEqualTo(Takeover.Action.TERMINATE);
    assertThat(decide(1_000, 99)).isEqualTo(Takeover.Action.TERMINATE);
    assertThat(decide(2_000, 50)).isEqualTo(Takeover.Action.TERMINATE);
  }

  @Test
  void newerReaderOfTheSameJobIsRetried() {
    assertThat(decide(2_000, 51)).isEqualTo(Takeover.Action.RETRY);
  }

  @Test
  void newerJobEndsThisOne() {
    assertThatThrownBy(() -> decide(2_001, 1))
        .isInstanceOfSatisfying(
            WalbeamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FENCED));
  }

  @Test
  void strangersAreNeverTouched() {
    for (String name : new String[] {"", "psql", "walbeam", "walbeam:s:x", "walbeam:s:!:1"}) {
      assertThat(Takeover.decide(SELF, "s", name)).isEqualTo(Takeover.Action.WAIT);
    }
  }

  @Test
  void applicationNameFitsAndReadsBackForEverySlotName() {
    Incarnation self = new Incarnation(1_790_000_000_000L, 1_790_000_000_001L);
    for (String slot : new String[] {"walbeam", "s".repeat(63)}) {
      String name = self.applicationName(slot);
      assertThat(name.length()).isLessThanOrEqualTo(63);
      assertThat(Incarnation.parse(name)).contains(self);
    }
  }
}
