package io.walbeam.command;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether a person looks at a terminal that can rewrite a line, and how wide it is. */
final class Terminal {
  /** What a terminal has that does not say. */
  static final int USUAL_COLUMNS = 80;

  /** A terminal of which it is said is smaller than this does not know its size. */
  private static final int LEAST_COLUMNS = 20;

  /** What stty takes many times over. */
  private static final long STTY_SECONDS = 2;

  private static final File TERMINAL = new File("/dev/tty");

  private Terminal() {}

  /** Columns of the terminal that this process belongs to, 80 if there is none or it is silent. */
  static int width(Map<String, String> environment) {
    return columns(environment.get("COLUMNS"))
        .or(() -> TERMINAL.exists() ? ask() : Optional.empty())
        .orElse(USUAL_COLUMNS);
  }

  /**
   * How sentences are folded that a program may read as well: to the terminal if there is one, or
   * to what {@code COLUMNS} says, else not at all.
   */
  static Folding folding(Map<String, String> environment) {
    return columns(environment.get("COLUMNS")).isPresent() || isInteractive(environment)
        ? new Folding(width(environment))
        : Folding.none();
  }

  /** Java has no call for it; every POSIX system has stty. */
  private static Optional<Integer> ask() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(TERMINAL)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      if (!stty.waitFor(STTY_SECONDS, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return Optional.empty();
      }
      return columns(answer.substring(answer.lastIndexOf(' ') + 1));
    } catch (IOException e) {
      return Optional.empty(); // no such program, or no terminal
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static Optional<Integer> columns(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(Integer::valueOf).filter(n -> n >= LEAST_COLUMNS);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

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
