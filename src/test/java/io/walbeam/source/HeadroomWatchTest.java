package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.postgres.SlotHeadroom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeadroomWatchTest {
  private static final long MEGABYTE = 1 << 20;

  private final HeadroomWatch watch = new HeadroomWatch("walbeam");
  private long minutes;
  private long walEnd;

  /** One minute later, so many megabytes were written. */
  private Optional<String> look(long written, Optional<Long> safeMegabytes) {
    walEnd += written * MEGABYTE;
    minutes++;
    long nanos = TimeUnit.MINUTES.toNanos(minutes);
    assertThat(watch.isDue(nanos)).isTrue();
    Optional<String> said =
        watch.look(
            new SlotHeadroom(walEnd, 5 * MEGABYTE, safeMegabytes.map(mb -> mb * MEGABYTE)), nanos);
    assertThat(watch.isDue(nanos + 1)).isFalse();
    return said;
  }

  @Test
  void aMissingLimitIsSaidOnceWithTheStatementThatSetsIt() {
    assertThat(look(1, Optional.empty()))
        .hasValueSatisfying(
            said -> assertThat(said).contains("ALTER SYSTEM SET max_slot_wal_keep_size"));
    assertThat(look(1_000, Optional.empty())).isEmpty();
  }

  @Test
  void headroomIsSaidInBytesAndHoursAndAgainWhenHalfOfItIsGone() {
    assertThat(look(1, Optional.of(6_000L))).as("no rate yet").isEmpty();
    assertThat(look(1, Optional.of(6_000L))).as("100 hours").isEmpty();
    assertThat(look(10, Optional.of(6_000L)))
        .hasValueSatisfying(said -> assertThat(said).contains("5 MB", "6,000 MB", "10.0 hours"));
    assertThat(look(10, Optional.of(5_900L))).as("not again at once").isEmpty();
    assertThat(look(10, Optional.of(2_400L))).isPresent();
    assertThat(look(0, Optional.of(2_400L))).as("nothing is written").isEmpty();
    assertThat(look(10, Optional.of(2_400L))).as("it began anew").isPresent();
  }
}
