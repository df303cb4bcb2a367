package io.walbeam.command;

import java.io.Console;
import java.util.Map;

/** Whether a person looks at a terminal that can rewrite a line. */
final class Terminal {
  private Terminal() {}

  /**
   * Up to Java 21 there is a console only if input and output are a terminal; from Java 22 on there
   * always is one, and it says what it is.
   */
  @SuppressWarnings("SystemConsoleNull") // what Java 22 and newer return is asked what it is
  static boolean isInteractive(Map<String, String> environment) {
    Console console = System.console();
    return console != null
        && !"dumb".equals(environment.get("TERM"))
        && environment.containsKey("TERM")
        && saysTerminal(console);
  }

  private static boolean saysTerminal(Console console) {
    try {
      return !Boolean.FALSE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return true; // Java 17 to 21
    }
  }
}
