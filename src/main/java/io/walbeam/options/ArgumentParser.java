package io.walbeam.options;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.options.ApplicationNameOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** Turns arguments into Beam options one by one, because Beam stops at the first that is wrong. */
final class ArgumentParser {
  /** A name this many edits away is offered as the one that was meant. */
  private static final int MAX_EDITS = 3;

  private static final String APPLICATION = "walbeam";

  private ArgumentParser() {}

  /** The options, and the names of those that were given. */
  record Parsed(WalbeamOptions options, Set<String> given) {}

  static Parsed parse(List<String> arguments, List<String> problems) {
    PipelineOptionsFactory.register(WalbeamOptions.class);
    Set<String> known = knownNames();
    Set<String> seen = new LinkedHashSet<>();
    List<String> good = new ArrayList<>();
    for (String argument : arguments) {
      if (!argument.startsWith("--") || argument.length() == 2) {
        problems.add("'" + argument + "' is not of the form --name=value.");
        continue;
      }
      int equals = argument.indexOf('=');
      String name = argument.substring(2, equals < 0 ? argument.length() : equals);
      if (!known.contains(name)) {
        problems.add("There is no option --" + name + "." + suggestion(name, known));
      } else if (!seen.add(name) && !isRepeatable(name)) {
        problems.add("--" + name + " is given twice; give it once.");
      } else if (parses(argument)) {
        good.add(argument);
      } else {
        problems.add("The value of --" + name + " is not of the type that the option takes.");
      }
    }
    WalbeamOptions options =
        PipelineOptionsFactory.fromArgs(good.toArray(new String[0])).as(WalbeamOptions.class);
    if (!seen.contains("appName")) {
      // Names of jobs begin with it; Beam would take the name of this class.
      options.as(ApplicationNameOptions.class).setAppName(APPLICATION);
    }
    return new Parsed(options, Set.copyOf(seen));
  }

  private static boolean parses(String argument) {
    try {
      PipelineOptionsFactory.fromArgs(argument).as(WalbeamOptions.class);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Options of type list, which Beam collects. */
  private static boolean isRepeatable(String name) {
    return Set.of("experiments", "dataflowServiceOptions", "filesToStage", "jvmInitialArgs")
        .contains(name);
  }

  private static Set<String> knownNames() {
    Set<String> names = new TreeSet<>();
    for (Class<? extends PipelineOptions> type : PipelineOptionsFactory.getRegisteredOptions()) {
      for (java.lang.reflect.Method method : type.getMethods()) {
        String name = method.getName();
        if (name.startsWith("set") && method.getParameterCount() == 1 && name.length() > 3) {
          names.add(java.beans.Introspector.decapitalize(name.substring(3)));
        }
      }
    }
    return names;
  }

  private static String suggestion(String name, Set<String> known) {
    Optional<String> nearest =
        known.stream()
            .filter(candidate -> edits(name, candidate) <= MAX_EDITS)
            .min(Comparator.comparingInt(candidate -> edits(name, candidate)));
    return nearest.map(other -> " Did you mean --" + other + "?").orElse(" See docs/options.md.");
  }

  /** Levenshtein distance, ignoring case. */
  private static int edits(String left, String right) {
    int[] previous = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] current = new int[right.length() + 1];
      current[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        boolean same =
            Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1));
        current[j] =
            Math.min(previous[j - 1] + (same ? 0 : 1), Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[right.length()];
  }
}
