package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReaderSilenceTest {
  private final ReaderSilence silence = new ReaderSilence("s", 0);

  @Test
  void anIdleServerThatSaysNothingIsNoStall() {
    look(0, 3_600);

    assertThat(silence.seconds(at(3_600))).isZero();
  }

  @Test
  void aServerThatWritesAndSendsNothingIsAStallAfterTenSeconds() {
    look(9, 9);
    assertThat(silence.seconds(at(9))).isZero();

    look(10, 10);
    assertThat(silence.seconds(at(85))).isEqualTo(85);
  }

  @Test
  void theFirstChangeAfterALongSilenceIsNoStall() {
    look(1, 3_600);

    assertThat(silence.seconds(at(3_600))).isZero();
  }

  @Test
  void theStallEndsWhenSomethingIsHeard() {
    look(20, 20);
    silence.heard(100, at(30));
    look(0, 31);

    assertThat(silence.seconds(at(31))).isZero();
    assertThat(silence.heardLsn()).isEqualTo(100);
  }

  private void look(long ageSeconds, long nowSeconds) {
    silence.look(at(ageSeconds), at(nowSeconds));
  }

  private static long at(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
