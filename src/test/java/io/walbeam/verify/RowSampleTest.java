package io.walbeam.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A sample has so many rows as were asked for, from anywhere in a table. */
class RowSampleTest {
  private static RowSample sample(int size, int offered, long seed) {
    RowSample sample = new RowSample(size, new Random(seed));
    for (int i = 0; i < offered; i++) {
      List<String> key = List.of(Integer.toString(i));
      sample.offer(() -> key);
    }
    return sample;
  }

  @Test
  void aSmallTableIsInItAsAWhole() {
    assertThat(sample(10, 3, 1).keys()).hasSize(3);
    assertThat(sample(0, 3, 1).keys()).isEmpty();
  }

  @Test
  void everyRowIsAsLikelyAsAnyOther() {
    int[] taken = new int[20];
    int rounds = 2_000;
    for (int seed = 0; seed < rounds; seed++) {
      List<List<String>> keys = sample(5, taken.length, seed).keys();
      assertThat(keys).hasSize(5).doesNotHaveDuplicates();
      keys.forEach(key -> taken[Integer.parseInt(key.get(0))]++);
    }
    // A quarter of the rounds is 500; six deviations are 116.
    for (int times : taken) {
      assertThat(times).isBetween(380, 620);
    }
  }
}
