package io.walbeam.local.chaos;

import java.time.Duration;
import java.util.List;

/**
 * How long, and which decisions.
 *
 * @param duration ends the run at the next quiet point
 * @param faults ends it as well; 0 for without limit
 * @param seed of every decision
 * @param rate row changes a second between faults
 * @param quiet time between two quiet points
 * @param burst most faults of one subject between two recoveries
 * @param runner of the program
 */
record ChaosOptions(
    Duration duration, int faults, long seed, int rate, Duration quiet, int burst, Runner runner) {
  /** What the program runs on. */
  enum Runner {
    DIRECT,
    FLINK
  }

  static final String USAGE =
      """
      Usage: scripts/chaos [--runner=direct|flink] [--minutes=10] [--seed=1] [--faults=0] [--rate=200]
             [--quiet=60] [--burst=3]

        --runner=R    one process with the DirectRunner, or a Flink cluster of separate processes
        --minutes=N   how long; the run ends with a last comparison
        --faults=N    ends after so many faults, if that is earlier; 0 for without limit
        --seed=N      repeats the decisions of an earlier run
        --rate=N      row changes a second
        --quiet=N     seconds between two comparisons
        --burst=N     most faults of each end between two recoveries
      """;

  private static final int DEFAULT_RATE = 200;

  /**
   * Reads a command line.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  static ChaosOptions parse(List<String> arguments) {
    long minutes = 10;
    long seed = 1;
    int faults = 0;
    int rate = DEFAULT_RATE;
    long quiet = 60;
    int burst = Burst.USUAL;
    Runner runner = Runner.DIRECT;
    for (String argument : arguments) {
      if (argument.equals("--runner=flink") || argument.equals("--runner=direct")) {
        runner = argument.endsWith("flink") ? Runner.FLINK : Runner.DIRECT;
        continue;
      }
      if (!argument.matches("--[a-z]+=[0-9]{1,9}")) {
        throw new IllegalArgumentException(argument + " is not an option with a number.");
      }
      String name = argument.substring(2, argument.indexOf('='));
      int number = Integer.parseInt(argument.substring(argument.indexOf('=') + 1));
      switch (name) {
        case "minutes" -> minutes = number;
        case "seed" -> seed = number;
        case "faults" -> faults = number;
        case "rate" -> rate = number;
        case "quiet" -> quiet = number;
        case "burst" -> burst = Math.max(1, number);
        default -> throw new IllegalArgumentException("There is no option --" + name + ".");
      }
    }
    return new ChaosOptions(
        Duration.ofMinutes(minutes), faults, seed, rate, Duration.ofSeconds(quiet), burst, runner);
  }

  /** The command that repeats it. */
  String command() {
    return "scripts/chaos"
        + (runner == Runner.FLINK ? " --runner=flink" : "")
        + " --minutes="
        + duration.toMinutes()
        + " --seed="
        + seed
        + (faults > 0 ? " --faults=" + faults : "")
        + (rate == DEFAULT_RATE ? "" : " --rate=" + rate)
        + " --quiet="
        + quiet.toSeconds()
        + (burst == Burst.USUAL ? "" : " --burst=" + burst);
  }
}
