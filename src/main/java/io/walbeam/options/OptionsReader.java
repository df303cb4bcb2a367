package io.walbeam.options;

import io.walbeam.change.JobRun;
import io.walbeam.change.MessagePrefix;
import io.walbeam.change.TablePatterns;
import io.walbeam.dump.DumpOptions;
import io.walbeam.dump.SchemaPolicy;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.job.JobSettings;
import io.walbeam.job.Placement;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.postgres.RolePassword;
import io.walbeam.row.MappingSettings;
import io.walbeam.row.RowForm;
import io.walbeam.row.StructureMode;
import io.walbeam.row.TableNameTemplate;
import io.walbeam.row.WriteMode;
import io.walbeam.secret.SecretReference;
import io.walbeam.sink.Destination;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** Turns options into settings, and reports everything that is wrong with them at once. */
public final class OptionsReader {
  /** PostgreSQL's rule for slot names (documentation, pg_create_logical_replication_slot). */
  private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");

  /** Connection properties that name a certificate or key. */
  private static final List<String> CERTIFICATES = List.of("sslrootcert", "sslcert", "sslkey");

  /** Bytes of an identifier in PostgreSQL (documentation, "Lexical Structure"). */
  private static final int MAX_IDENTIFIER = 63;

  /** What BigQuery allows for max_staleness; of a wait it is more than anybody wants. */
  private static final Duration LONGEST = Duration.ofHours(24);

  /** Options of single commands that take listed values only. */
  private static final Set<String> OWN_CHOICES = Set.of("format", "provider");

  private static final Set<String> DROPPABLE = Set.of("slot", "publications", "tables");

  private final WalbeamOptions options;
  private final Clock clock;
  private final List<String> problems;

  private OptionsReader(WalbeamOptions options, Clock clock, List<String> problems) {
    this.options = options;
    this.clock = clock;
    this.problems = problems;
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
        reader.duration("--startPatience", parsed.options().getStartPatience(), "PT5M");
    Optional<HttpAddress> http = reader.http();
    reader.oneOf("--logFormat", parsed.options().getLogFormat(), "text", "json");
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
    Optional<PostgresSettings> postgres = reader.postgres();
    String slot = reader.slot();
    String publication = reader.publication();
    TablePatterns tables = reader.tables();
    if ((command == Command.BACKFILL || command == Command.RESYNC)
        && options.getTables().isBlank()) {
      problems.add("--tables is missing; name the tables, or give * for all.");
    }
    Optional<Destination> destination = new DestinationReader(options, problems).read(slot);
    Optional<MappingSettings> mapping =
        reader.mapping(postgres.map(PostgresSettings::database).orElse(""));
    if (command == Command.REMOVE) {
      reader.requireDrop();
    } else if (command == Command.SETUP) {
      reader.requireSetup();
    } else if (command == Command.REPLAY) {
      Optional<Instant> unused = reader.since();
    }
    OptionCatalogue.of(command).stream()
        .filter(option -> OWN_CHOICES.contains(option.name()))
        .forEach(option -> reader.ownChoice(option));
    VerifyChoices verifying = reader.verifying(postgres);
    if (!problems.isEmpty() || postgres.isEmpty() || destination.isEmpty() || mapping.isEmpty()) {
      throw new ConfigurationProblems(problems);
    }
    return new Source(
        options,
        new ReplicationSettings(
            postgres.get(),
            slot,
            publication,
            /* publishNewTables= */ false,
            reader.readGenerated()),
        tables,
        destination.get(),
        mapping.get(),
        verifying);
  }

  private boolean readGenerated() {
    return oneOf("--generatedColumns", options.getGeneratedColumns(), "omit", "read")
        .equals("read");
  }

  private VerifyChoices verifying(Optional<PostgresSettings> primary) {
    VerifyOptions verify = options.as(VerifyOptions.class);
    return new VerifyChoices(
        primary.flatMap(this::standby),
        number("--rowsPerSecond", verify.getRowsPerSecond(), 0, Long.MAX_VALUE),
        duration("--patience", verify.getPatience(), "PT30M"),
        duration("--within", verify.getWithin(), "PT12H"));
  }

  /** Options of single commands that take listed values only. */
  private void ownChoice(OptionCatalogue.Option option) {
    @Nullable String value =
        option.name().equals("format")
            ? options.as(ReportOptions.class).getFormat()
            : options.as(ProviderOptions.class).getProvider();
    if (value != null) {
      oneOf("--" + option.name(), value, option.choices().toArray(new String[0]));
    }
  }

  /** What {@code --since} says; empty if it is not given. */
  public static Optional<Instant> since(WalbeamOptions options) {
    return new OptionsReader(options, Clock.systemUTC(), new ArrayList<>()).since();
  }

  private Optional<Instant> since() {
    @Nullable String text = options.as(ReplayOptions.class).getSince();
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      problems.add("--since is a time in UTC, such as 2026-01-31T00:00:00Z.");
      return Optional.empty();
    }
  }

  /** What {@code --drop} names. */
  public static Set<String> dropped(WalbeamOptions options) {
    Set<String> names = new TreeSet<>();
    for (String name : options.as(RemoveOptions.class).getDrop().split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    return names;
  }

  /** The tables that {@code --identityFull} names; empty if it is not given. */
  public static Optional<TablePatterns> identityFull(WalbeamOptions options) {
    return Optional.ofNullable(options.as(SetupOptions.class).getIdentityFull())
        .map(text -> TablePatterns.parse(text, ""));
  }

  /** The password that a role gets when setup makes it. */
  public static Optional<RolePassword> rolePassword(WalbeamOptions options) {
    SetupOptions setup = options.as(SetupOptions.class);
    return Optional.ofNullable(setup.getRolePassword())
        .map(text -> new RolePassword(setup.getRole(), new SecretReference(text)));
  }

  private void requireSetup() {
    SetupOptions setup = options.as(SetupOptions.class);
    if (setup.isApply() == (setup.isRemove() || setup.isPrint())) {
      problems.add("setup takes one of --print, --apply and --remove, or --print with --remove.");
    }
    int length = setup.getRole().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_IDENTIFIER) {
      problems.add("--role is a name of 1 to 63 bytes.");
    }
    try {
      Optional<TablePatterns> unused = identityFull(options);
    } catch (IllegalArgumentException e) {
      problems.add("--identityFull: " + e.getMessage() + ".");
    }
  }

  /** Nothing is dropped that was not asked for by name. */
  private void requireDrop() {
    Set<String> named = dropped(options);
    Set<String> unknown = new TreeSet<>(named);
    unknown.removeAll(DROPPABLE);
    if (named.isEmpty() || !unknown.isEmpty()) {
      problems.add("--drop names what shall go: slot, publications, tables, or several of them.");
    }
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
    } else if (!runnerName(options).equals("DirectRunner")) {
      problems.add("--http is for a run on this machine; runners have pages of their own.");
    }
    return address;
  }

  private Optional<JobSettings> settings(String jobToken) {
    Placement placement = placement(options);
    Optional<PostgresSettings> postgres = postgres();
    String slot = slot();
    String publication = publication();
    TablePatterns tables = tables();
    boolean stopAtNow = stopAtNow() || options.getSnapshot().equals("only");
    long epoch = epoch();
    Optional<MappingSettings> mapping =
        mapping(postgres.map(PostgresSettings::database).orElse(""));
    Optional<Destination> destination = new DestinationReader(options, problems).read(slot);
    DumpOptions dumps = dumps(postgres);
    Duration letGoAfter = duration("--letGoAfter", options.getLetGoAfter(), "PT2M");
    boolean publishNewTables =
        oneOf("--publishNewTables", options.getPublishNewTables(), "on", "off").equals("on");
    boolean readGenerated = readGenerated();
    if (stopAtNow && runnerName(options).equals("DataflowRunner")) {
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
    return runnerName(options).equals("DirectRunner") ? Placement.oneJvm() : Placement.workers();
  }

  private static String runnerName(PipelineOptions options) {
    return options.getRunner().getSimpleName();
  }

  private Optional<PostgresSettings> postgres() {
    String url = options.getPostgresUrl();
    String password = options.getPostgresPassword();
    SecretReference reference = new SecretReference(password == null ? "" : password);
    if (url == null || url.isBlank()) {
      problems.add(
          "--postgresUrl is missing; give it as jdbc:postgresql://host:port/database or"
              + " postgresql://host:port/database.");
      return Optional.empty();
    }
    Optional<PostgresSettings> settings =
        PostgresUrl.parse(url, Optional.ofNullable(options.getPostgresUser()), reference, problems);
    if (runnerName(options).equals("DataflowRunner")) {
      boolean hasCertificate =
          settings.map(found -> found.properties().containsKey("sslcert")).orElse(false);
      checkStoredPassword(password == null ? "" : password, hasCertificate);
      settings.ifPresent(this::refuseLocalFiles);
    } else if (!runnerName(options).equals("DirectRunner")
        && reference.isPlain()
        && !reference.text().isEmpty()) {
      problems.add(
          "With "
              + runnerName(options)
              + " the password is stored in the job, where its savepoints and its web page may show"
              + " it; give --postgresPassword as env:NAME, file:path or"
              + " secret:projects/p/secrets/s/versions/v.");
    }
    return settings;
  }

  /** A job keeps its options where many may read them. */
  private void checkStoredPassword(String password, boolean hasCertificate) {
    if (password.isEmpty() && !hasCertificate) {
      problems.add(
          "--postgresPassword is missing; with DataflowRunner give it as"
              + " secret:projects/p/secrets/s/versions/v, or give a client certificate with sslcert"
              + " and sslkey in --postgresUrl.");
    } else if (!password.isEmpty() && !password.startsWith("secret:")) {
      problems.add(
          "With DataflowRunner the password is stored in the job; give --postgresPassword as"
              + " secret:projects/p/secrets/s/versions/v.");
    }
  }

  private void refuseLocalFiles(PostgresSettings settings) {
    for (String property : CERTIFICATES) {
      String location = settings.properties().getOrDefault(property, "system");
      if (!location.startsWith("gs://")
          && !location.startsWith("secret:")
          && !location.equals("system")) {
        problems.add(
            "With DataflowRunner the workers read "
                + property
                + ", and have no file of that name; give it as gs://bucket/object or"
                + " secret:projects/p/secrets/s/versions/v.");
      }
    }
  }

  private String slot() {
    String slot = options.getSlot();
    if (!SLOT.matcher(slot).matches()) {
      problems.add(
          "--slot="
              + slot
              + " is no slot name; PostgreSQL allows 1 to 63 lower-case letters, digits and"
              + " underscores.");
    }
    return slot;
  }

  private String publication() {
    String publication = options.getPublication();
    int length = publication.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_IDENTIFIER) {
      problems.add("--publication is a name of 1 to 63 bytes.");
    }
    return publication;
  }

  private TablePatterns tables() {
    try {
      return TablePatterns.parse(options.getTables(), options.getExcludeTables());
    } catch (IllegalArgumentException e) {
      problems.add("--tables or --excludeTables: " + e.getMessage() + ".");
      return TablePatterns.ALL;
    }
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

  private DumpOptions dumps(Optional<PostgresSettings> primary) {
    boolean initial =
        !oneOf("--snapshot", options.getSnapshot(), "initial", "never", "only").equals("never");
    boolean requests = oneOf("--requests", options.getRequests(), "own", "any").equals("any");
    boolean apply = oneOf("--truncate", options.getTruncate(), "apply", "log").equals("apply");
    return new DumpOptions(
        initial,
        requests,
        (int) number("--snapshotParallelism", options.getSnapshotParallelism(), 1, 32),
        number("--snapshotChunkRows", options.getSnapshotChunkRows(), 1, 1L << 31),
        primary.flatMap(this::standby).orElse(null),
        apply,
        number("--truncateLimit", options.getTruncateLimit(), 0, Long.MAX_VALUE),
        schemas(initial));
  }

  /**
   * @param initial whether the stream is to be completed by dumps at all
   */
  private SchemaPolicy schemas(boolean initial) {
    SchemaPolicy.Reaction chosen =
        switch (oneOf("--schemaChanges", options.getSchemaChanges(), "converge", "warn", "stop")) {
          case "stop" -> SchemaPolicy.Reaction.STOP;
          case "warn" -> SchemaPolicy.Reaction.WARN;
          default -> initial ? SchemaPolicy.Reaction.CONVERGE : SchemaPolicy.Reaction.WARN;
        };
    return new SchemaPolicy(
        options.getWriteMode().equals("changelog")
                || DestinationReader.form(options) != RowForm.TABLE_ROW
            ? SchemaPolicy.Reaction.NOTE
            : chosen,
        number("--convergeLimit", options.getConvergeLimit(), 0, Long.MAX_VALUE));
  }

  private Optional<PostgresSettings> standby(PostgresSettings primary) {
    String url = options.getSnapshotUrl();
    if (url == null || url.isBlank()) {
      return Optional.empty();
    }
    List<String> found = new ArrayList<>();
    Optional<PostgresSettings> settings =
        PostgresUrl.parse(url, Optional.of(primary.user()), primary.password(), found);
    found.forEach(problem -> problems.add(problem.replace("--postgresUrl", "--snapshotUrl")));
    return settings;
  }

  private String oneOf(String option, String value, String... allowed) {
    if (List.of(allowed).contains(value)) {
      return value;
    }
    problems.add(option + " is one of " + String.join(", ", allowed) + ".");
    return allowed[0];
  }

  private long number(String option, String text, long least, long most) {
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    problems.add(
        option
            + " is a whole number of "
            + least
            + (most == Long.MAX_VALUE ? " or more." : " to " + most + "."));
    return least;
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

  private WriteMode writeMode() {
    return switch (options.getWriteMode()) {
      case "upsert" -> WriteMode.UPSERT;
      case "changelog" -> WriteMode.CHANGELOG;
      case "both" -> WriteMode.BOTH;
      default -> {
        problems.add("--writeMode is upsert, changelog or both.");
        yield WriteMode.UPSERT;
      }
    };
  }

  private Optional<MappingSettings> mapping(String database) {
    String maxStaleness = maxStaleness();
    RowForm form = DestinationReader.form(options);
    WriteMode writeMode = writeMode();
    StructureMode structures =
        oneOf("--arrays", options.getArrays(), "json", "text").equals("text")
            ? StructureMode.TEXT
            : StructureMode.JSON;
    try {
      return Optional.of(
          new MappingSettings(
              new TableNameTemplate(options.getTableName()),
              maxStaleness,
              form == RowForm.TABLE_ROW ? writeMode : WriteMode.CHANGELOG,
              database,
              structures,
              contexts(),
              form,
              UnrepresentableReader.read(options.getUnrepresentable(), problems)));
    } catch (WalbeamException e) {
      problems.add("--tableName: " + e.describe());
      return Optional.empty();
    }
  }

  private List<String> contexts() {
    List<String> prefixes = new ArrayList<>();
    for (String prefix : options.getContext().split(",", -1)) {
      String name = prefix.strip();
      if (name.equals(MessagePrefix.FENCE)
          || name.equals(MessagePrefix.DUMP_REQUEST)
          || name.equals(MessagePrefix.DDL)) {
        problems.add("--context names " + name + ", which is a message of walbeam's own.");
      } else if (!name.isEmpty()) {
        prefixes.add(name);
      }
    }
    return prefixes;
  }

  private String maxStaleness() {
    return duration("--maxStaleness", options.getMaxStaleness(), "PT10M").toString();
  }

  private Duration duration(String option, String text, String example) {
    try {
      Duration duration = Duration.parse(text);
      if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // Reported below, like a duration out of range.
    }
    problems.add(
        option + " is an ISO-8601 duration from PT0S to " + LONGEST + ", such as " + example + ".");
    return Duration.ZERO;
  }
}
