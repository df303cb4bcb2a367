package io.walbeam;

import io.walbeam.command.CommandLine;

/** Entry point: {@code java -jar walbeam.jar [command] [options]}. */
public final class Walbeam {
  private Walbeam() {}

  /** Runs the command; a failure ends the process with its exit code. */
  public static void main(String[] arguments) {
    int exitCode = CommandLine.execute(arguments, System.out, System.err);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }
}
