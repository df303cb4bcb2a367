package io.walbeam.command;

import io.walbeam.failure.FailureKind;
import io.walbeam.options.OptionsReader;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Finds the command, runs it, and maps whatever happens to an exit code. */
public final class CommandLine {
  private static final String RUN = "run";
  private static final String BACKFILL = "backfill";
  private static final Set<String> DEBUG = Set.of("--debug", "--debug=true");

  private static final String USAGE =
      """
      Usage: java -jar walbeam.jar [command] --postgresUrl=... --postgresUser=... [options]

      run       replicate PostgreSQL into BigQuery until stopped (default); needs --dataset
      backfill  ask the run for a dump of --tables, of the keys from --keyFrom to --keyTo if given

      Exit codes: 0 done, 1 ended and may be started again, 2 the command line is wrong,
      3 a person must mend something first. docs/options.md lists every option.
      """;

  private CommandLine() {}

  /** Runs the command line and returns the exit code. */
  public static int execute(String[] arguments, PrintStream out, PrintStream err) {
    boolean debug = Arrays.stream(arguments).anyMatch(DEBUG::contains);
    StatusLine status = new StatusLine(Terminal.isInteractive(System.getenv()), out, err);
    try {
      List<String> rest = List.of(arguments);
      if (rest.isEmpty() || rest.contains("--help")) {
        out.print(USAGE);
        return rest.isEmpty() ? FailureKind.CONFIGURATION.exitCode() : 0;
      }
      if (!rest.get(0).startsWith("--")) {
        String command = rest.get(0);
        rest = rest.subList(1, rest.size());
        if (command.equals(BACKFILL)) {
          BackfillCommand.run(rest, status, out);
          return 0;
        }
        if (!command.equals(RUN)) {
          err.println("walbeam: There is no command " + command + "; there are run and backfill.");
          return FailureKind.CONFIGURATION.exitCode();
        }
      }
      if (rest.stream().noneMatch(argument -> argument.startsWith("--runner="))) {
        TerminationSignals.leaveWell();
      }
      OptionsReader.Invocation invocation = OptionsReader.read(rest);
      Logging.configure(invocation.options().isDebug(), invocation.options().isQuiet(), status);
      Failures.hideTracesOfThreads(debug, status);
      RunCommand.run(invocation, status, out);
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FailureKind.TRANSIENT.exitCode();
    } catch (Throwable e) {
      // Errors too: the JVM would print a trace, and a person could not tell what to do.
      return Failures.report(e, debug, err);
    }
  }
}
