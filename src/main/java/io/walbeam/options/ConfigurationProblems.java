package io.walbeam.options;

import java.util.List;

/** Everything that is wrong with a command line; each entry says what to change. */
public final class ConfigurationProblems extends Exception {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  ConfigurationProblems(List<String> problems) {
    super(String.join(" ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One or two sentences each, in the order of the command line, then what is missing. */
  public List<String> problems() {
    return problems;
  }
}
