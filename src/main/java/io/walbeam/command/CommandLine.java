package io.walbeam.command;

import io.walbeam.change.NearestNames;
import io.walbeam.failure.FailureKind;
import io.walbeam.options.Command;
import io.walbeam.options.OptionsReader;
import io.walbeam.options.ResyncOptions;
import io.walbeam.options.WalbeamOptions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the command, runs it, and maps whatever happens to an exit code. */
public final class CommandLine {
  private static final Set<String> DEBUG = Set.of("--debug", "--debug=true");
  private static final Set<String> HELP = Set.of("--help", "-h", "help");
  private static final Set<String> VERSION = Set.of("--version", "-V");

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final Ending ending;

  private CommandLine(
      Map<String, String> environment, PrintStream out, PrintStream err, Ending ending) {
    this.environment = environment;
    this.out = out;
    this.err = err;
    this.ending = ending;
  }

  /** Runs the command line with this process's variables and returns the exit code. */
  public static int execute(String[] arguments, PrintStream out, PrintStream err) {
    return execute(arguments, out, err, new TerminationSignals());
  }

  /** The same for a caller that says itself when a run shall end. */
  public static int execute(String[] arguments, PrintStream out, PrintStream err, Ending ending) {
    return execute(List.of(arguments), System.getenv(), out, err, ending);
  }

  static int execute(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    return execute(arguments, environment, out, err, new TerminationSignals());
  }

  private static int execute(
      List<String> arguments,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      Ending ending) {
    boolean debug = arguments.stream().anyMatch(DEBUG::contains);
    try {
      return new CommandLine(environment, out, err, ending).execute(arguments, debug);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FailureKind.TRANSIENT.exitCode();
    } catch (Throwable e) {
      // Errors too: the JVM would print a trace, and a person could not tell what to do.
      return Failures.report(e, debug, Terminal.folding(environment), err);
    }
  }

  private int execute(List<String> arguments, boolean debug) throws Exception {
    List<String> rest = new ArrayList<>(arguments);
    if (rest.stream().anyMatch(VERSION::contains)) {
      out.println(Version.describe());
      return 0;
    }
    boolean help = rest.removeIf(HELP::contains);
    Optional<String> word = rest.stream().filter(part -> !part.startsWith("-")).findFirst();
    word.ifPresent(rest::remove);
    Optional<Command> command = word.flatMap(Command::of);
    if (word.isPresent() && command.isEmpty()) {
      return unknown(word.get());
    }
    if (help || isEmpty(arguments)) {
      out.print(new HelpText(Terminal.width(environment)).of(command));
      return help ? 0 : FailureKind.CONFIGURATION.exitCode();
    }
    return run(command.orElse(Command.RUN), rest, debug);
  }

  /** The terminal is asked for its width, so only where something is folded. */
  private Lines lines() {
    return new Lines(out, Terminal.folding(environment));
  }

  private int run(Command command, List<String> rest, boolean debug) throws Exception {
    StatusLine status = new StatusLine(Terminal.isInteractive(environment), out, err);
    switch (command) {
      case RUN -> {
        if (rest.stream().noneMatch(argument -> argument.startsWith("--runner="))
            && !environment.containsKey("WALBEAM_RUNNER")) {
          ending.endWell();
        }
        OptionsReader.Invocation invocation = OptionsReader.read(rest, environment);
        configure(invocation.options(), status);
        Failures.hideTracesOfThreads(debug, status);
        RunCommand.run(invocation, status, out, ending);
      }
      case CHECK -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        return CheckCommand.run(
            source, out, Terminal.width(environment), Terminal.folding(environment));
      }
      case SETUP -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        return SetupCommand.run(source, out, Terminal.folding(environment));
      }
      case STATUS -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        return StatusCommand.run(source, status, out, Terminal.width(environment));
      }
      case VERIFY -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        return VerifyCommand.run(source, lines());
      }
      case BACKFILL -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        BackfillCommand.run(source, lines());
      }
      case REPLAY -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        ReplayCommand.run(source, lines());
      }
      case RESYNC -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        return source.options().as(ResyncOptions.class).isFinish()
            ? FinishCommand.run(source, lines())
            : ResyncCommand.run(source, lines());
      }
      case REMOVE -> {
        OptionsReader.Source source = OptionsReader.readSource(command, rest, environment);
        configure(source.options(), status);
        RemoveCommand.run(source, lines());
      }
      case COMPLETION -> out.print(ShellCompletion.script(rest));
    }
    return 0;
  }

  private static void configure(WalbeamOptions options, StatusLine status) {
    Logging.configure(
        options.isDebug(), options.isQuiet(), options.getLogFormat().equals("json"), status);
  }

  /** Whether nobody said anything, in no way. */
  private boolean isEmpty(List<String> arguments) {
    return arguments.isEmpty()
        && !environment.containsKey("WALBEAM_CONFIG")
        && !environment.containsKey("WALBEAM_POSTGRES_URL");
  }

  private int unknown(String word) {
    List<String> words = Arrays.stream(Command.values()).map(Command::word).toList();
    String near =
        NearestNames.of(word, words, 1).stream()
            .map(other -> " Did you mean " + other + "?")
            .findFirst()
            .orElse(" There are " + String.join(", ", words) + ".");
    StringBuilder text = new StringBuilder();
    Terminal.folding(environment)
        .fold(text, "walbeam: ", "         ", "There is no command " + word + "." + near);
    err.print(text);
    return FailureKind.CONFIGURATION.exitCode();
  }
}
