package io.walbeam.options;

import io.walbeam.change.NearestNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Options from variables: {@code WALBEAM_POSTGRES_URL} is {@code --postgresUrl}. */
final class EnvironmentOptions {
  static final String PREFIX = "WALBEAM_";

  private EnvironmentOptions() {}

  /**
   * The options among the variables, by name.
   *
   * <p>A variable that is no option is left alone: Kubernetes makes some for a service of that
   * name, and a secret may be kept in one. One that is nearly an option of ours was mistyped.
   *
   * @param environment variables and their values
   * @param known names of all options
   * @param ours names of those that walbeam declares
   * @param referenced names of variables that hold a secret for another option
   */
  static List<GivenOption> read(
      Map<String, String> environment,
      Set<String> known,
      Set<String> ours,
      Set<String> referenced,
      List<String> problems) {
    Map<String, String> byVariable = new TreeMap<>();
    known.forEach(name -> byVariable.put(plain(name), name));
    Map<String, String> oursByVariable = new TreeMap<>();
    ours.forEach(name -> oursByVariable.put(plain(name), name));
    List<GivenOption> found = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (!variable.startsWith(PREFIX) || referenced.contains(variable)) {
                return;
              }
              String word = plain(variable.substring(PREFIX.length()));
              Optional<String> name = Optional.ofNullable(byVariable.get(word));
              if (name.isPresent()) {
                found.add(new GivenOption(name.get(), value, false, variable));
              } else {
                mistyped(word, oursByVariable)
                    .ifPresent(
                        near ->
                            problems.add(
                                "The variable "
                                    + variable
                                    + " is no option. Did you mean "
                                    + variable(near)
                                    + "?"));
              }
            });
    return found;
  }

  /** {@code postgresUrl} to {@code WALBEAM_POSTGRES_URL}. */
  static String variable(String option) {
    return PREFIX + option.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private static Optional<String> mistyped(String word, Map<String, String> ours) {
    return NearestNames.of(word, ours.keySet(), 1).stream()
        // A longer name is somebody else's, and so is a short one.
        .filter(near -> near.length() > 4 && Math.abs(near.length() - word.length()) <= 2)
        .map(ours::get)
        .findFirst();
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }
}
