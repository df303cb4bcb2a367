package io.walbeam.verify;

import io.walbeam.sink.ReplicaRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keys whose rows may differ, until each is cleared, proven or given up. A row is proven to differ
 * if it did so twice while the source showed the same before and after, and the destination nothing
 * newer. Not thread-safe.
 */
final class Suspects {
  /** A row that went and came back between two looks is not taken for one that is wrong. */
  private static final int TIMES = 2;

  private final Map<List<String>, Integer> times = new HashMap<>();
  private final List<Difference> proven = new ArrayList<>();
  private long unknown;

  void add(List<String> key) {
    times.putIfAbsent(key, 0);
  }

  /** Those that are not decided yet. */
  List<List<String>> open() {
    return List.copyOf(times.keySet());
  }

  List<Difference> proven() {
    return proven;
  }

  /** Rows that an older version wrote, so that nobody can tell. */
  long unknown() {
    return unknown;
  }

  /**
   * Judges one key by a look at both sides.
   *
   * @param before the row at the source, then everything up to {@code position} arrived
   * @param there the destination's row after that
   * @param after the row at the source after that; another version of the same values is another
   */
  void judge(
      List<String> key,
      Optional<SourceImages.Version> before,
      Optional<ReplicaRows.Image> there,
      Optional<SourceImages.Version> after,
      long position) {
    Optional<Long> here = before.map(SourceImages.Version::fingerprint);
    if (!before.equals(after)
        || there
            .filter(image -> Long.compareUnsigned(image.commitLsn(), position) > 0)
            .filter(image -> !image.fingerprint().equals(here))
            .isPresent()) {
      times.put(key, 0);
      return;
    }
    if (before.isPresent() && there.filter(image -> image.fingerprint().isEmpty()).isPresent()) {
      times.remove(key);
      unknown++;
    } else if (before.isPresent() == there.isPresent()
        && there.flatMap(ReplicaRows.Image::fingerprint).equals(here)) {
      times.remove(key);
    } else if (times.merge(key, 1, Integer::sum) >= TIMES) {
      times.remove(key);
      proven.add(new Difference(kind(here, there), key));
    }
  }

  private static Difference.Kind kind(Optional<Long> before, Optional<ReplicaRows.Image> there) {
    if (there.isEmpty()) {
      return Difference.Kind.MISSING;
    }
    return before.isEmpty() ? Difference.Kind.EXTRA : Difference.Kind.CHANGED;
  }
}
