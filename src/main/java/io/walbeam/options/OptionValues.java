package io.walbeam.options;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;

/** Reads single values, and remembers what is wrong with them. Not thread-safe. */
final class OptionValues {
  /** What BigQuery allows for max_staleness; of a wait it is more than anybody wants. */
  private static final Duration LONGEST = Duration.ofHours(24);

  /** Bytes of an identifier in PostgreSQL (documentation, "Lexical Structure"). */
  private static final int MAX_IDENTIFIER = 63;

  private final List<String> problems;

  /**
   * @param problems takes what is wrong
   */
  OptionValues(List<String> problems) {
    this.problems = problems;
  }

  /** Something else is wrong. */
  void problem(String text) {
    problems.add(text);
  }

  /** What was found to be wrong so far; the caller may add to it. */
  List<String> problems() {
    return problems;
  }

  /** The value, or the first that is allowed. */
  String oneOf(String option, String value, String... allowed) {
    if (List.of(allowed).contains(value)) {
      return value;
    }
    problems.add(option + " is one of " + String.join(", ", allowed) + ".");
    return allowed[0];
  }

  /** The number, or the lowest that is allowed. */
  long number(String option, String text, long least, long most) {
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    problems.add(
        option
            + " is a whole number of "
            + least
            + (most == Long.MAX_VALUE ? " or more." : " to " + most + "."));
    return least;
  }

  /** Whether PostgreSQL takes it as a name. */
  void identifier(String option, String text) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_IDENTIFIER) {
      problems.add(option + " is a name of 1 to " + MAX_IDENTIFIER + " bytes.");
    }
  }

  /**
   * The duration, or none.
   *
   * @param example of one that is allowed
   */
  Duration duration(String option, String text, String example) {
    return duration(option, text, Duration.ZERO, LONGEST, example);
  }

  /** The duration, or the shortest that is allowed. */
  Duration duration(
      String option, String text, Duration shortest, Duration longest, String example) {
    try {
      Duration duration = Duration.parse(text);
      if (duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // Reported below, like a duration out of range.
    }
    problems.add(
        option
            + " is an ISO-8601 duration from "
            + shortest
            + " to "
            + longest
            + ", such as "
            + example
            + ".");
    return shortest;
  }
}
