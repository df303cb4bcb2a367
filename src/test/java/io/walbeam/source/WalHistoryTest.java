package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WalHistoryTest {
  private final WalHistory history = new WalHistory();

  @Test
  void theAgeOfWhatIsNotConfirmedIsThatOfItsOldestPart() {
    history.seen(100, 1);
    history.seen(100, 2);
    history.seen(200, 3);
    history.seen(300, 4);

    assertThat(history.ageOf(50, 10)).isEqualTo(9);
    assertThat(history.ageOf(100, 10)).isEqualTo(7);
    assertThat(history.ageBeyond(200, 10)).isEqualTo(6);
    assertThat(history.ageOf(199, 10)).as("a look ahead forgets nothing").isEqualTo(7);
    assertThat(history.ageOf(300, 10)).isZero();
  }

  @Test
  void positionsAreUnsigned() {
    history.seen(1L << 63, 1);

    assertThat(history.ageOf(Long.MAX_VALUE, 5)).isEqualTo(4);
  }

  @Test
  void aServerThatWentBackInTimeBeginsAnew() {
    history.seen(900, 1);
    history.seen(100, 2);

    assertThat(history.ageOf(50, 5)).isEqualTo(3);
  }

  @Test
  void itStaysSmallAndKeepsTheOldestTime() {
    for (int i = 1; i <= 1_000_000; i++) {
      history.seen(i, i);
    }

    assertThat(history.ageBeyond(0, 1_000_000)).isEqualTo(999_999);
    assertThat(history.ageBeyond(500_000, 1_000_000)).isBetween(497_000L, 500_000L);
  }
}
