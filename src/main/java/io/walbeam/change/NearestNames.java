package io.walbeam.change;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Which of many names was probably meant by one that does not exist. */
public final class NearestNames {
  /** More edits than this change a short name into any other. */
  private static final int MOST_EDITS = 3;

  /** A name of which so few letters were written is not recognised by its beginning. */
  private static final int SHORTEST_BEGINNING = 3;

  private NearestNames() {}

  /**
   * The names that are near, the nearest first: few letters differ, or one contains the other. Case
   * does not count.
   *
   * @param most longest list
   */
  public static List<String> of(String name, Collection<String> names, int most) {
    String wanted = name.toLowerCase(Locale.ROOT);
    int limit = Math.max(1, Math.min(MOST_EDITS, wanted.length() / 2));
    return names.stream()
        .filter(
            candidate -> {
              String other = candidate.toLowerCase(Locale.ROOT);
              return edits(wanted, other) <= limit || contains(wanted, other);
            })
        .sorted(
            Comparator.comparingInt(
                    (String candidate) -> edits(wanted, candidate.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()))
        .limit(most)
        .toList();
  }

  private static boolean contains(String left, String right) {
    String shorter = left.length() < right.length() ? left : right;
    String longer = left.length() < right.length() ? right : left;
    return shorter.length() >= SHORTEST_BEGINNING && longer.contains(shorter);
  }

  /** Levenshtein distance. */
  private static int edits(String left, String right) {
    int[] previous = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] current = new int[right.length() + 1];
      current[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[right.length()];
  }
}
