package io.walbeam.options;

import io.walbeam.change.JobRun;
import io.walbeam.change.TablePatterns;
import io.walbeam.dump.DumpOptions;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.job.JobSettings;
import io.walbeam.job.Placement;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.MappingSettings;
import io.walbeam.sink.Destination;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** Turns options into settings, and reports everything that is wrong with them at once. */
public final class OptionsReader {
  private final WalbeamOptions options;
  private final Clock clock;
  private final List<String> problems;
  private final OptionValues values;
  private final SourceReader source;
  private final MappingReader mapping;

  private OptionsReader(WalbeamOptions options, Clock clock, List<String> problems) {
    this.options = options;
    this.clock = clock;
    this.problems = problems;
    this.values = new OptionValues(problems);
    this.source = new SourceReader(options, values);
    this.mapping = new MappingReader(options, values);
  }

  /**
   * Reads a command line without the command's name.
   *
   * @throws ConfigurationProblems with every problem found
   */
  public static Invocation read(List<String> arguments) throws ConfigurationProblems {
    return read(arguments, Map.of());
  }

  /**
   * Reads a command line without the command's name, and what the environment adds to it.
   *
   * @param environment variables and their values
   * @throws ConfigurationProblems with every problem found
   */
  public static Invocation read(List<String> arguments, Map<String, String> environment)
      throws ConfigurationProblems {
    List<String> problems = new ArrayList<>();
    ArgumentParser.Parsed parsed =
        ArgumentParser.parse(Command.RUN, arguments, environment, problems);
    OptionsReader reader = new OptionsReader(parsed.options(), Clock.systemUTC(), problems);
    Optional<JobSettings> settings = reader.settings(UUID.randomUUID().toString());
    Duration patience =
        reader.values.duration("--startPatience", parsed.options().getStartPatience(), "PT5M");
    Optional<HttpAddress> http = reader.http();
    reader.values.oneOf("--logFormat", parsed.options().getLogFormat(), "text", "json");
    if (!problems.isEmpty() || settings.isEmpty()) {
      throw new ConfigurationProblems(problems);
    }
    return new Invocation(parsed.options(), settings.get(), parsed.given(), patience, http);
  }

  /**
   * The settings of a job that runs already, from its options.
   *
   * @param jobStart epoch milliseconds
   * @param jobToken as the launcher chose it
   * @throws WalbeamException if the options give none, which the launcher would have refused
   */
  public static JobSettings settings(PipelineOptions options, long jobStart, String jobToken) {
    List<String> problems = new ArrayList<>();
    Clock clock = Clock.fixed(Instant.ofEpochMilli(jobStart), ZoneOffset.UTC);
    return new OptionsReader(options.as(WalbeamOptions.class), clock, problems)
        .settings(jobToken)
        .filter(settings -> problems.isEmpty())
        .orElseThrow(
            () ->
                new WalbeamException(
                    FailureKind.CONFIGURATION,
                    "The options of the running job are not complete: " + problems,
                    "Start the job with the launcher."));
  }

  /**
   * Reads the command line of a command that works beside a job, and what the environment adds.
   *
   * @throws ConfigurationProblems with every problem found
   */
  public static Source readSource(
      Command command, List<String> arguments, Map<String, String> environment)
      throws ConfigurationProblems {
    List<String> problems = new ArrayList<>();
    WalbeamOptions options =
        ArgumentParser.parse(command, arguments, environment, problems).options();
    OptionsReader reader = new OptionsReader(options, Clock.systemUTC(), problems);
    Optional<PostgresSettings> postgres = reader.source.postgres();
    String slot = reader.source.slot();
    String publication = reader.source.publication();
    TablePatterns tables = reader.source.tables();
    if ((command == Command.BACKFILL || command == Command.RESYNC)
        && options.getTables().isBlank()) {
      problems.add("--tables is missing; name the tables, or give *.* for all.");
    }
    Optional<Destination> destination = new DestinationReader(options, reader.values).read(slot);
    Optional<MappingSettings> mapping =
        reader.mapping.read(postgres.map(PostgresSettings::database).orElse(""));
    CommandReader commands = new CommandReader(options, reader.values);
    if (command == Command.REMOVE) {
      commands.requireDrop();
    } else if (command == Command.SETUP) {
      commands.requireSetup();
    } else if (command == Command.RESYNC) {
      commands.requireFinish(arguments);
    } else if (command == Command.REPLAY) {
      Optional<Instant> unused = commands.since();
    }
    OptionCatalogue.of(command).stream()
        .filter(option -> CommandReader.OWN_CHOICES.contains(option.name()))
        .forEach(option -> commands.ownChoice(option));
    VerifyChoices verifying = commands.verifying(postgres.flatMap(reader.source::standby));
    if (!problems.isEmpty() || postgres.isEmpty() || destination.isEmpty() || mapping.isEmpty()) {
      throw new ConfigurationProblems(problems);
    }
    return new Source(
        options,
        new ReplicationSettings(
            postgres.get(),
            slot,
            publication,
            reader.source.publishNewTables(),
            reader.source.readGenerated()),
        tables,
        destination.get(),
        mapping.get(),
        verifying);
  }

  /** What a command needs to know that works beside a job. */
  public record Source(
      WalbeamOptions options,
      ReplicationSettings replication,
      TablePatterns tables,
      Destination destination,
      MappingSettings mapping,
      VerifyChoices verifying) {}

  /**
   * Beam's options for the runner, our settings for everything else.
   *
   * @param given names of the options that the command line has, for defaults that depend on it
   * @param startPatience how long a start waits for an end that does not answer
   * @param http where the run answers over HTTP, if it does
   */
  public record Invocation(
      WalbeamOptions options,
      JobSettings settings,
      Set<String> given,
      Duration startPatience,
      Optional<HttpAddress> http) {
    public Invocation {
      given = Set.copyOf(given);
    }
  }

  private Optional<HttpAddress> http() {
    @Nullable String text = options.getHttp();
    if (text == null) {
      return Optional.empty();
    }
    Optional<HttpAddress> address = HttpAddress.parse(text);
    if (address.isEmpty()) {
      problems.add("--http is of the form :8080 or host:8080.");
    } else if (!RunnerName.of(options).equals("DirectRunner")) {
      problems.add("--http is for a run on this machine; runners have pages of their own.");
    }
    return address;
  }

  private Optional<JobSettings> settings(String jobToken) {
    Placement placement = placement(options);
    Optional<PostgresSettings> postgres = source.postgres();
    String slot = source.slot();
    String publication = source.publication();
    TablePatterns tables = source.tables();
    boolean stopAtNow = stopAtNow() || options.getSnapshot().equals("only");
    long epoch = epoch();
    Optional<MappingSettings> mapping =
        this.mapping.read(postgres.map(PostgresSettings::database).orElse(""));
    Optional<Destination> destination = new DestinationReader(options, values).read(slot);
    DumpOptions dumps = new DumpReader(options, values).read(postgres.flatMap(source::standby));
    Duration letGoAfter = values.duration("--letGoAfter", options.getLetGoAfter(), "PT2M");
    boolean publishNewTables = source.publishNewTables();
    boolean readGenerated = source.readGenerated();
    if (stopAtNow && RunnerName.of(options).equals("DataflowRunner")) {
      problems.add(
          "--stopAt=now and --snapshot=only do not work with DataflowRunner; drain the job instead,"
              + " or run it with DirectRunner.");
    }
    if (postgres.isEmpty() || destination.isEmpty() || mapping.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new JobSettings(
            new ReplicationSettings(
                postgres.get(), slot, publication, publishNewTables, readGenerated),
            tables,
            new JobRun(epoch, clock.millis(), jobToken, stopAtNow),
            destination.get().letGoAfter(stopAtNow ? Duration.ZERO : letGoAfter),
            mapping.get(),
            dumps,
            placement));
  }

  static Placement placement(PipelineOptions options) {
    return RunnerName.of(options).equals("DirectRunner") ? Placement.oneJvm() : Placement.workers();
  }

  private boolean stopAtNow() {
    return switch (options.getStopAt()) {
      case "now" -> true;
      case "never" -> false;
      default -> {
        problems.add("--stopAt is never or now.");
        yield false;
      }
    };
  }

  private long epoch() {
    try {
      long epoch = Long.parseLong(options.getEpoch());
      if (epoch >= 0) {
        return epoch;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a negative number.
    }
    problems.add("--epoch is a whole number, 0 or more.");
    return 0;
  }
}
