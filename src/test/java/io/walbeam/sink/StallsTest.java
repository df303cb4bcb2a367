package io.walbeam.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class StallsTest {
  private final Instant start = Instant.parse("2026-01-01T00:00:00Z");
  private final Stalls stalls = new Stalls(Clock.fixed(start, ZoneOffset.UTC));

  @Test
  void aStallLastsUntilItsLastWaiterHasGone() {
    Stalls.Ongoing first = stalls.begin("t", "reason");
    Stalls.Ongoing second = stalls.begin("t", "reason");
    first.close();
    first.close();

    assertThat(stalls.current()).containsExactly(new Stalls.Stall("t", "reason", start, false));

    second.close();
    assertThat(stalls.current()).isEmpty();
  }

  @Test
  void reasonsAndTablesAreApart() {
    stalls.begin("a", "x");
    stalls.begin("a", "y");
    stalls.begin("b", "x");

    assertThat(stalls.current()).hasSize(3);
  }
}
