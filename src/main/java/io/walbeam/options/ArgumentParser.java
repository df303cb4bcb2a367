package io.walbeam.options;

import io.walbeam.change.NearestNames;
import io.walbeam.secret.SecretReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.beam.sdk.options.ApplicationNameOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Turns what was given into Beam options one by one, because Beam stops at the first that is wrong.
 *
 * <p>The command line wins over variables, and those over the file. A variable or a file serves all
 * commands, so what another command takes is no mistake there.
 */
final class ArgumentParser {
  private static final String APPLICATION = "walbeam";
  private static final String CONFIG = "config";

  /** Options whose value is a secret, or says where one is. */
  private static final Set<String> SECRETS = Set.of("postgresPassword", "rolePassword");

  /** Options of type list, which Beam collects. */
  private static final Set<String> REPEATABLE =
      Set.of("experiments", "dataflowServiceOptions", "filesToStage", "jvmInitialArgs");

  private final Command command;
  private final List<String> problems;
  private final Set<String> known;
  private final Set<String> ours = new TreeSet<>();

  /** Options of other commands only, and a command that takes each. */
  private final Map<String, Command> foreign = new TreeMap<>();

  private ArgumentParser(Command command, List<String> problems) {
    this.command = command;
    this.problems = problems;
    BeamOptions.register(WalbeamOptions.class);
    command.own().forEach(BeamOptions::register);
    for (Command other : Command.values()) {
      for (Class<? extends PipelineOptions> own : other.own()) {
        if (!command.own().contains(own)) {
          OptionCatalogue.group(own).forEach(option -> foreign.putIfAbsent(option.name(), other));
        }
      }
      OptionCatalogue.of(other).forEach(option -> ours.add(option.name()));
    }
    this.known = BeamOptions.names();
    known.addAll(foreign.keySet());
  }

  /** The options, and the names of those that were given. */
  record Parsed(WalbeamOptions options, Set<String> given) {}

  static Parsed parse(
      Command command,
      List<String> arguments,
      Map<String, String> environment,
      List<String> problems) {
    return new ArgumentParser(command, problems).parse(arguments, environment);
  }

  private Parsed parse(List<String> arguments, Map<String, String> environment) {
    List<GivenOption> given = commandLine(arguments);
    Set<String> seen = new LinkedHashSet<>();
    given.forEach(option -> seen.add(option.name()));
    List<GivenOption> file =
        given.stream()
            .filter(option -> option.name().equals(CONFIG))
            .map(GivenOption::value)
            .findFirst()
            .or(() -> Optional.ofNullable(environment.get(EnvironmentOptions.variable(CONFIG))))
            .map(this::fileOptions)
            .orElse(List.of());
    Set<String> referenced = referenced(given);
    referenced.addAll(referenced(file));
    add(EnvironmentOptions.read(environment, known, ours, referenced, problems), given, seen);
    add(file, given, seen);
    BeamOptions.registerFor(given.stream().map(GivenOption::name).toList());
    List<String> good = new ArrayList<>();
    for (GivenOption option : given) {
      if (option.name().equals(CONFIG)) {
        continue;
      }
      if (parses(option.argument())) {
        good.add(option.argument());
      } else {
        problems.add(
            "The value of " + option.describe() + " is not of the type that the option takes.");
      }
    }
    WalbeamOptions options =
        PipelineOptionsFactory.fromArgs(good.toArray(new String[0])).as(WalbeamOptions.class);
    if (!seen.contains("appName")) {
      // Names of jobs begin with it; Beam would take the name of this class.
      options.as(ApplicationNameOptions.class).setAppName(APPLICATION);
    }
    return new Parsed(options, Set.copyOf(seen));
  }

  private List<GivenOption> commandLine(List<String> arguments) {
    Set<String> seen = new LinkedHashSet<>();
    List<GivenOption> given = new ArrayList<>();
    for (String argument : arguments) {
      if (!argument.startsWith("--") || argument.length() == 2) {
        problems.add("'" + argument + "' is not of the form --name=value.");
        continue;
      }
      int equals = argument.indexOf('=');
      String name = argument.substring(2, equals < 0 ? argument.length() : equals);
      if (!known.contains(name)) {
        problems.add("There is no option --" + name + "." + suggestion(name));
      } else if (foreign.containsKey(name)) {
        problems.add(
            "--"
                + name
                + " belongs to the command "
                + foreign.get(name).word()
                + "; "
                + command.word()
                + " does not take it.");
      } else if (!seen.add(name) && !REPEATABLE.contains(name)) {
        problems.add("--" + name + " is given twice; give it once.");
      } else {
        given.add(new GivenOption(name, argument.substring(equals + 1), equals < 0, ""));
      }
    }
    return given;
  }

  /** What is given elsewhere too is not looked at. */
  private void add(List<GivenOption> more, List<GivenOption> given, Set<String> seen) {
    for (GivenOption option : more) {
      if (seen.contains(option.name()) || foreign.containsKey(option.name())) {
        continue;
      }
      seen.add(option.name());
      if (SECRETS.contains(option.name()) && new SecretReference(option.value()).isPlain()) {
        problems.add(
            option.describe()
                + " holds the secret itself; give it there as env:NAME, file:path or"
                + " secret:projects/p/secrets/s/versions/v.");
      } else {
        given.add(option);
      }
    }
  }

  private List<GivenOption> fileOptions(String path) {
    List<GivenOption> options = new ArrayList<>();
    for (GivenOption option : ConfigFile.read(path, problems)) {
      if (option.name().equals(CONFIG)) {
        problems.add("A file of --config names no other file; take config out of it.");
      } else if (known.contains(option.name())) {
        options.add(option);
      } else {
        problems.add(
            "There is no option "
                + option.name()
                + " ("
                + option.origin()
                + ")."
                + suggestion(option.name()));
      }
    }
    return options;
  }

  /** Variables that hold a secret under a name of the user's choice. */
  private static Set<String> referenced(Collection<GivenOption> given) {
    return given.stream()
        .map(GivenOption::value)
        .filter(value -> value.startsWith("env:"))
        .map(value -> value.substring("env:".length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean parses(String argument) {
    try {
      PipelineOptionsFactory.fromArgs(argument).as(WalbeamOptions.class);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Ours before Beam's, of which there are hundreds. */
  private String suggestion(String name) {
    Optional<String> nearest = NearestNames.of(name, ours, 1).stream().findFirst();
    return nearest
        .or(() -> NearestNames.of(name, known, 1).stream().findFirst())
        .map(other -> " Did you mean --" + other + "?")
        .orElse(" --help lists every option.");
  }
}
