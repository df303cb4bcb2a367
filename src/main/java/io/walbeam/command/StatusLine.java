package io.walbeam.command;

import java.io.PrintStream;

/**
 * One line at the bottom of a terminal that is written again and again, and the messages above it.
 * Without a terminal only the messages. Thread-safe.
 */
final class StatusLine {
  /** To the start of the line, and empty it (ECMA-48: CR, EL). */
  private static final String CLEAR = "\r\u001b[K";

  private final boolean terminal;
  private final PrintStream out;
  private final PrintStream err;
  private String shown = "";

  /**
   * @param out where the line goes
   * @param err where messages go
   */
  StatusLine(boolean terminal, PrintStream out, PrintStream err) {
    this.terminal = terminal;
    this.out = out;
    this.err = err;
  }

  boolean isTerminal() {
    return terminal;
  }

  /** Replaces the line; does nothing without a terminal. */
  synchronized void show(String line) {
    if (terminal) {
      shown = line;
      out.print(CLEAR + line);
      out.flush();
    }
  }

  /** Takes the line away. */
  synchronized void clear() {
    if (!shown.isEmpty()) {
      shown = "";
      out.print(CLEAR);
      out.flush();
    }
  }

  /** Prints text that ends with a line end above the line. */
  synchronized void message(String text) {
    if (!shown.isEmpty()) {
      out.print(CLEAR);
      out.flush();
    }
    err.print(text);
    err.flush();
    if (!shown.isEmpty()) {
      out.print(shown);
      out.flush();
    }
  }
}
