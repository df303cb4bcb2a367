package io.walbeam.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.walbeam.failure.ScriptedPauses;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** No more rows a second than were asked for, and no wait where reading is slower. */
class ReadingRateTest {
  private final ScriptedPauses pauses = new ScriptedPauses();

  @Test
  void rowsTakeTheTimeThatTheyShall() throws InterruptedException {
    ReadingRate rate = new ReadingRate(5_000, pauses);
    for (int i = 0; i < 20_000; i++) {
      rate.row();
    }
    assertThat(pauses.passed()).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void aReaderThatIsSlowerDoesNotWait() throws InterruptedException {
    ReadingRate rate = new ReadingRate(5_000, pauses);
    for (int i = 0; i < 10_000; i++) {
      pauses.pass(Duration.ofMillis(1));
      rate.row();
    }
    assertThat(pauses.waits).isEmpty();
  }

  @Test
  void withoutALimitNobodyWaits() throws InterruptedException {
    ReadingRate rate = new ReadingRate(0, pauses);
    for (int i = 0; i < 10_000; i++) {
      rate.row();
    }
    assertThat(pauses.waits).isEmpty();
  }
}
