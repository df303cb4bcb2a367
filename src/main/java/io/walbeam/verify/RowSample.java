package io.walbeam.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Some of the rows that come by, each as likely as any other ("reservoir sampling"). Not
 * thread-safe.
 */
final class RowSample {
  private final int size;
  private final RandomGenerator random;
  private final List<List<String>> keys = new ArrayList<>();
  private long offered;

  RowSample(int size, RandomGenerator random) {
    this.size = size;
    this.random = random;
  }

  /**
   * @param key made of those that are taken only
   */
  void offer(Supplier<List<String>> key) {
    if (size == 0) {
      return;
    }
    offered++;
    if (keys.size() < size) {
      keys.add(key.get());
      return;
    }
    long place = random.nextLong(offered);
    if (place < size) {
      keys.set((int) place, key.get());
    }
  }

  List<List<String>> keys() {
    return keys;
  }
}
