package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeaseTest {
  private final Lease lease = new Lease(100, 1_000);

  @Test
  void whoIsNotDrivenForTooLongGivesTheSlotUp() {
    assertThat(lease.isOver(1_099)).isFalse();
    assertThat(lease.isOver(1_100)).isTrue();
    lease.driven(1_050);
    assertThat(lease.isOver(1_149)).isFalse();
    assertThat(lease.isOver(1_150)).isTrue();
  }

  /** Dumps may take hours after the pipeline of a run to now has ended. */
  @Test
  void whoIsWaitedForIsNeverGivenUp() {
    lease.keep();
    assertThat(lease.isOver(Long.MAX_VALUE)).isFalse();
  }
}
