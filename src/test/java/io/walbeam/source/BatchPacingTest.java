package io.walbeam.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BatchPacingTest {
  private static final int FEW = 300;
  private static final int MANY = 100_000;
  private final BatchPacing pacing = new BatchPacing(0);

  private static long millis(long count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }

  @Test
  void loneChangeGoesAtOnceAndATrickleEveryTwentyMilliseconds() {
    assertThat(pacing.dataIsDue(FEW, false, millis(1_000))).isTrue();
    pacing.cut(millis(1_000), true);
    assertThat(pacing.dataIsDue(FEW, false, millis(1_005))).isFalse();
    assertThat(pacing.waitMillis(10, 50, false, millis(1_005))).isBetween(1, 16);
    assertThat(pacing.dataIsDue(0, false, millis(1_020))).isTrue();
  }

  @Test
  void batchGrowsUnderLoadButNotForever() {
    assertThat(pacing.dataIsDue(MANY, false, millis(1_000))).isFalse();
    assertThat(pacing.dataIsDue(MANY, false, millis(1_100))).isFalse();
    assertThat(pacing.dataIsDue(MANY, false, millis(1_200))).isTrue();
  }

  @Test
  void batchGrowsWhileTheOneBeforeItWaitsAndGoesWhenThatIsTaken() {
    pacing.cut(millis(1_000), true);
    assertThat(pacing.dataIsDue(FEW, true, millis(1_030))).isFalse();
    assertThat(pacing.waitMillis(10, 50, true, millis(1_030))).isEqualTo(5);
    assertThat(pacing.dataIsDue(FEW, false, millis(1_060))).isTrue();
    assertThat(pacing.dataIsDue(FEW, true, millis(1_200))).isTrue();
  }

  @Test
  void idlePositionGoesAtOnceSoonAfterDataWhenAskedForAndElseRarely() {
    assertThat(pacing.idleIsDue(1)).isTrue();
    pacing.cut(millis(1), false);
    assertThat(pacing.idleIsDue(millis(5_000))).isFalse();
    assertThat(pacing.idleIsDue(millis(10_100))).isTrue();
    pacing.keepalive(1, true);
    assertThat(pacing.idleIsDue(millis(600))).isTrue();
    pacing.cut(millis(600), false);
    pacing.cut(millis(700), true);
    assertThat(pacing.idleIsDue(millis(900))).isFalse();
    assertThat(pacing.idleIsDue(millis(1_300))).isTrue();
  }

  @Test
  void nudgesBecomeRarerUntilDataComes() {
    pacing.cut(0, true);
    assertThat(pacing.nudgeIsDue(millis(400))).isFalse();
    assertThat(pacing.nudgeIsDue(millis(600))).isTrue();
    pacing.nudged();
    assertThat(pacing.nudgeIsDue(millis(600))).isFalse();
    assertThat(pacing.nudgeIsDue(millis(1_100))).isTrue();
    pacing.cut(millis(1_100), true);
    assertThat(pacing.nudgeIsDue(millis(1_700))).isTrue();
  }
}
