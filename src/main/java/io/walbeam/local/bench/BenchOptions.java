package io.walbeam.local.bench;

import java.util.Arrays;
import java.util.List;

/** A benchmark's command line, {@code --name=number} each. */
record BenchOptions(List<String> arguments) {
  static BenchOptions of(String[] arguments) {
    return new BenchOptions(Arrays.asList(arguments));
  }

  /** The number given as {@code --name=N}, else {@code otherwise}. */
  int number(String name, int otherwise) {
    return Integer.parseInt(text(name, Integer.toString(otherwise)));
  }

  /** The text given as {@code --name=TEXT}, else {@code otherwise}. */
  String text(String name, String otherwise) {
    String prefix = "--" + name + "=";
    return arguments.stream()
        .filter(argument -> argument.startsWith(prefix))
        .map(argument -> argument.substring(prefix.length()))
        .reduce((first, last) -> last)
        .orElse(otherwise);
  }

  /** The same options without this one. */
  BenchOptions without(String name) {
    return new BenchOptions(
        arguments.stream().filter(argument -> !argument.startsWith("--" + name + "=")).toList());
  }

  /** Ends the program with a sentence if there is an option that no benchmark takes. */
  void allowOnly(String... names) {
    for (String argument : arguments) {
      boolean known =
          Arrays.stream(names).anyMatch(name -> argument.matches("--" + name + "=[0-9]+"));
      if (!known) {
        System.err.println(argument + " is not one of: --" + String.join("=N, --", names) + "=N.");
        System.exit(2);
      }
    }
  }
}
