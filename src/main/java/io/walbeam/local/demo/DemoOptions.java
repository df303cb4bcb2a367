package io.walbeam.local.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * The demo's command line.
 *
 * @param seconds how long the workload runs
 * @param rate rows changed each second, about
 * @param seed of the workload's random choices
 * @param keep whether everything stays up afterwards
 * @param to where changes go
 */
record DemoOptions(int seconds, int rate, long seed, boolean keep, To to) {
  /** Where changes go. */
  enum To {
    BIGQUERY,
    FILE,
    PUBSUB
  }

  static final String USAGE =
      """
      Usage: scripts/demo [--seconds=20] [--rate=500] [--seed=1] [--keep] [--to=bigquery|file|pubsub]

        --seconds=N  how long rows are changed, 1 to 3600
        --rate=N     rows changed each second, about, 1 to 100000
        --seed=N     another number makes other random changes
        --keep       leave everything running until Ctrl-C, and say how to connect
        --to=WHERE   bigquery: tables of the stand-in; file: files of JSON lines, replayed;
                     pubsub: messages of a stand-in's topic, replayed by a subscriber
      """;

  /**
   * Parses the command line.
   *
   * @throws IllegalArgumentException with all problems in one text
   */
  static DemoOptions parse(List<String> arguments) {
    int seconds = 20;
    int rate = 500;
    long seed = 1;
    boolean keep = false;
    To to = To.BIGQUERY;
    List<String> problems = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      String value = equals < 0 ? "" : argument.substring(equals + 1);
      switch (name) {
        case "--seconds" -> seconds = (int) number(name, value, 1, 3600, problems);
        case "--rate" -> rate = (int) number(name, value, 1, 100_000, problems);
        case "--seed" -> seed = number(name, value, Long.MIN_VALUE, Long.MAX_VALUE, problems);
        case "--to" -> {
          switch (value) {
            case "bigquery" -> to = To.BIGQUERY;
            case "file" -> to = To.FILE;
            case "pubsub" -> to = To.PUBSUB;
            default -> problems.add("--to takes bigquery, file or pubsub.");
          }
        }
        case "--keep" -> {
          keep = true;
          if (!value.isEmpty()) {
            problems.add("--keep takes no value.");
          }
        }
        default -> problems.add("There is no option " + name + ".");
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    return new DemoOptions(seconds, rate, seed, keep, to);
  }

  private static long number(
      String name, String value, long least, long most, List<String> problems) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    problems.add(name + " takes a whole number from " + least + " to " + most + ".");
    return least;
  }
}
