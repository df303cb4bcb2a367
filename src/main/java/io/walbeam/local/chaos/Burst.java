package io.walbeam.local.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Faults that happen within seconds of each other: of one subject one after the other, of different
 * ones also at the same time. Immutable.
 *
 * @param lanes one for each subject that is met
 */
record Burst(List<Lane> lanes) {
  /** Shortest and longest time in which faults begin, milliseconds. */
  private static final int SHORTEST = 2_000;

  private static final int LONGEST = 10_000;

  /** Longest time of a subject without a fault, before one and between two, milliseconds. */
  private static final int LONGEST_PEACE = 2_500;

  /** Of a hundred bursts so many meet a subject. */
  private static final int MET_PER_CENT = 75;

  /** Most faults of a lane unless told otherwise; the times above are for so many. */
  static final int USUAL = 3;

  /** A program that is just starting is not worth a fourth kill. */
  private static final int MOST_OF_PROGRAM = 3;

  /** Shortest time that a lasting fault lasts, milliseconds. */
  private static final int SHORTEST_FAULT = 500;

  /**
   * A fault in its lane.
   *
   * @param peaceMillis from the end of the one before
   * @param millis how long it lasts
   */
  record Happening(FaultCase fault, long peaceMillis, long millis) {}

  /**
   * Faults of one subject, in order.
   *
   * @param seed of what they decide while they happen
   */
  record Lane(Subject subject, List<Happening> happenings, long seed) {
    Lane {
      happenings = List.copyOf(happenings);
    }
  }

  Burst {
    lanes = List.copyOf(lanes);
  }

  /**
   * Decides on one; at least one fault happens.
   *
   * @param most faults of a subject; with more of them the burst lasts longer
   */
  static Burst plan(Random random, List<FaultCase> faults, int most) {
    while (true) {
      int window = (SHORTEST + random.nextInt(LONGEST - SHORTEST)) * most / USUAL;
      List<Lane> lanes = new ArrayList<>();
      for (Subject subject : Subject.values()) {
        List<FaultCase> possible =
            faults.stream().filter(fault -> fault.subject() == subject).toList();
        if (!possible.isEmpty() && random.nextInt(100) < MET_PER_CENT) {
          int limit = subject == Subject.PROGRAM ? Math.min(most, MOST_OF_PROGRAM) : most;
          lanes.add(lane(random, subject, possible, window, limit));
        }
      }
      if (!lanes.isEmpty()) {
        return new Burst(lanes);
      }
    }
  }

  private static Lane lane(
      Random random, Subject subject, List<FaultCase> possible, int window, int limit) {
    List<Happening> happenings = new ArrayList<>();
    List<FaultCase> left = new ArrayList<>(possible);
    long at = 0;
    while (!left.isEmpty()
        && (happenings.isEmpty() || (at < window && happenings.size() < limit))) {
      long peace = random.nextInt(LONGEST_PEACE);
      FaultCase fault = left.get(random.nextInt(left.size()));
      if (!fault.again()) {
        left.remove(fault);
      }
      long millis = millis(random, fault);
      happenings.add(new Happening(fault, peace, millis));
      at += peace + millis;
    }
    return new Lane(subject, happenings, random.nextLong());
  }

  /** Most are short; a few are as long as what they cut off needs to notice. */
  private static long millis(Random random, FaultCase fault) {
    if (fault.longestSeconds() == 0) {
      return 0;
    }
    double part = random.nextDouble();
    return SHORTEST_FAULT
        + (long) (TimeUnit.SECONDS.toMillis(fault.longestSeconds()) * part * part * part);
  }

  /** All of its faults, lane by lane. */
  List<Happening> happenings() {
    return lanes.stream().flatMap(lane -> lane.happenings().stream()).toList();
  }

  @Override
  public String toString() {
    return happenings().stream()
        .map(happening -> happening.fault().name())
        .collect(Collectors.joining(", "));
  }
}
