package io.walbeam.local.chaos;

import io.walbeam.local.demo.Difference;
import io.walbeam.local.demo.TableComparison;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What happened, counted. Faults are counted by any thread, all else by one. */
final class Tally {
  private static final double MILLIS_PER_SECOND = 1e3;

  /** Differences that are printed of each comparison. */
  private static final int SHOWN = 20;

  /** From the end of a fault until everything committed by then was confirmed. */
  private record Recovery(String fault, Duration time) {}

  private final Map<String, Integer> faults = new TreeMap<>();
  private final List<Recovery> recoveries = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private long changes;
  private int comparisons;
  private int tables;
  private int notMade;
  private long rows;
  private long lost;
  private long wrong;

  void changed(long more) {
    changes += more;
  }

  synchronized void fault(String name) {
    faults.merge(name, 1, Integer::sum);
  }

  synchronized int faults() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }

  void recovered(String fault, Duration time) {
    recoveries.add(new Recovery(fault, time));
  }

  /** Something that must not happen, in a sentence. */
  void problem(String sentence) {
    problems.add(sentence);
  }

  /** A fault that could not be made, because what it is about was not there. */
  synchronized void notMade() {
    notMade++;
  }

  /** A comparison of so many tables is over. */
  void compared(int count) {
    comparisons++;
    tables = count;
  }

  /** One table of a comparison. */
  void compared(TableComparison table) {
    rows += table.rows().size();
    for (Difference difference : table.differences()) {
      boolean missing =
          difference.kind() == Difference.Kind.MISSING
              || difference.kind() == Difference.Kind.NO_TABLE;
      if (missing) {
        lost++;
      } else {
        wrong++;
      }
    }
    table.differences().stream()
        .limit(SHOWN)
        .forEach(difference -> problem(table.table() + ": " + difference));
  }

  /** Whether nothing happened that must not. */
  boolean isGood() {
    return problems.isEmpty() && lost == 0 && wrong == 0;
  }

  void print(PrintStream out, Map<Integer, Integer> exits) {
    out.printf(Locale.ROOT, "%n%d faults of %d kinds%n", faults(), faults.size());
    faults.forEach((name, count) -> out.printf(Locale.ROOT, "  %4d  %s%n", count, name));
    if (notMade > 0) {
      out.printf(Locale.ROOT, "  %4d  could not be made%n", notMade);
    }
    List<Recovery> sorted =
        recoveries.stream().sorted(Comparator.comparing(Recovery::time)).toList();
    if (!sorted.isEmpty()) {
      Recovery longest = sorted.get(sorted.size() - 1);
      out.printf(
          Locale.ROOT,
          "%d recoveries: median %.1f s, longest %.1f s (%s)%n",
          sorted.size(),
          seconds(sorted.get(sorted.size() / 2)),
          seconds(longest),
          longest.fault());
    }
    exits.forEach(
        (code, count) -> out.printf(Locale.ROOT, "ended with exit code %d: %d%n", code, count));
    out.printf(
        Locale.ROOT,
        "%,d rows changed; %d comparisons of %d tables, %,d rows compared: lost %d, wrong %d%n",
        changes,
        comparisons,
        tables,
        rows,
        lost,
        wrong);
    problems.forEach(problem -> out.println("PROBLEM " + problem));
    out.println(isGood() ? "EQUAL" : "NOT EQUAL");
  }

  private static double seconds(Recovery recovery) {
    return recovery.time().toMillis() / MILLIS_PER_SECOND;
  }
}
