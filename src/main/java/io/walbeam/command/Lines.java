package io.walbeam.command;

import java.io.PrintStream;

/**
 * What a command says to a person, each line folded to the terminal behind its own indentation. Not
 * thread-safe.
 */
final class Lines {
  private static final String LATER = "    ";

  private final PrintStream out;
  private final Folding folding;

  Lines(PrintStream out, Folding folding) {
    this.out = out;
    this.folding = folding;
  }

  /** One line or several, with or without a line end. */
  void print(String lines) {
    StringBuilder text = new StringBuilder();
    lines
        .lines()
        .forEach(
            line -> {
              String indent = line.substring(0, line.length() - line.stripLeading().length());
              folding.fold(text, indent, indent + LATER, line.stripLeading());
            });
    out.print(text);
    out.flush();
  }

  /** As it stands: for programs. */
  void raw(String text) {
    out.print(text);
    out.flush();
  }
}
