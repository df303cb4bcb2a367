package io.walbeam.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DumpMeterTest {
  private final DumpMeter meter = new DumpMeter();

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void theTimeLeftFollowsFromTheRateWhileSomethingWasRead() {
    meter.begin(seconds(100));
    meter.chunk(1_000, 50_000, 20);
    meter.begin(seconds(105));
    meter.chunk(500, 25_000, 20);
    meter.end(seconds(110), true);
    assertThat(meter.overview(3, 400, seconds(120)))
        .as("40 pages in 20 s")
        .isEqualTo(new DumpsOverview(1, 3, 2, 1_500, 75_000, OptionalLong.of(200)));
    meter.end(seconds(120), false);
    assertThat(meter.overview(1, 40, seconds(500)).secondsLeft())
        .as("idle time does not count")
        .hasValue(20);
  }

  @Test
  void nothingIsSaidOfTheTimeLeftBeforeTheFirstChunkAndAfterTheLast() {
    meter.begin(seconds(1));
    assertThat(meter.overview(1, 10, seconds(2)).secondsLeft()).isEmpty();
    meter.chunk(1, 1, 10);
    assertThat(meter.overview(0, 0, seconds(3)).secondsLeft()).isEmpty();
  }
}
