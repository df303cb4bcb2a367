package io.walbeam.options;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.RolePassword;
import io.walbeam.secret.SecretReference;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the options of single commands. */
public final class CommandReader {
  /** Options of single commands that take listed values only. */
  static final Set<String> OWN_CHOICES = Set.of("format", "provider");

  /** Rows of a sample, kept with their keys: some ten megabytes. */
  private static final long MOST_SAMPLED = 100_000;

  private static final Set<String> DROPPABLE = Set.of("slot", "publications", "tables");

  private final WalbeamOptions options;
  private final OptionValues values;

  CommandReader(WalbeamOptions options, OptionValues values) {
    this.options = options;
    this.values = values;
  }

  /** What {@code --since} says; empty if it is not given. */
  public static Optional<Instant> since(WalbeamOptions options) {
    return new CommandReader(options, new OptionValues(new ArrayList<>())).since();
  }

  /** What {@code --since} says; empty if it is not given. */
  Optional<Instant> since() {
    @Nullable String text = options.as(ReplayOptions.class).getSince();
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      values.problem("--since is a time in UTC, such as 2026-01-31T00:00:00Z.");
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

  void requireSetup() {
    SetupOptions setup = options.as(SetupOptions.class);
    if (setup.isApply() == (setup.isRemove() || setup.isPrint())) {
      values.problem("setup takes one of --print, --apply and --remove, or --print with --remove.");
    }
    values.identifier("--role", setup.getRole());
    try {
      Optional<TablePatterns> unused = identityFull(options);
    } catch (IllegalArgumentException e) {
      values.problem("--identityFull: " + e.getMessage() + ".");
    }
  }

  /** Only {@code --finish} compares; a variable or a file may serve both. */
  void requireFinish(List<String> arguments) {
    if (options.as(ResyncOptions.class).isFinish()) {
      return;
    }
    OptionCatalogue.group(ComparisonOptions.class).stream()
        .map(option -> "--" + option.name())
        .filter(
            name ->
                arguments.stream()
                    .anyMatch(given -> given.equals(name) || given.startsWith(name + "=")))
        .forEach(name -> values.problem(name + " goes with --finish; a dump compares nothing."));
  }

  /** Nothing is dropped that was not asked for by name. */
  void requireDrop() {
    Set<String> named = dropped(options);
    Set<String> unknown = new TreeSet<>(named);
    unknown.removeAll(DROPPABLE);
    if (named.isEmpty() || !unknown.isEmpty()) {
      values.problem("--drop names what shall go: slot, publications, tables, or several of them.");
    }
  }

  /** Options of single commands that take listed values only. */
  void ownChoice(OptionCatalogue.Option option) {
    @Nullable String value =
        option.name().equals("format")
            ? options.as(ReportOptions.class).getFormat()
            : options.as(ProviderOptions.class).getProvider();
    if (value != null) {
      values.oneOf("--" + option.name(), value, option.choices().toArray(new String[0]));
    }
  }

  VerifyChoices verifying(Optional<PostgresSettings> standby) {
    VerifyOptions verify = options.as(VerifyOptions.class);
    ComparisonOptions comparison = options.as(ComparisonOptions.class);
    return new VerifyChoices(
        standby,
        values.number("--rowsPerSecond", comparison.getRowsPerSecond(), 0, Long.MAX_VALUE),
        values.duration("--patience", comparison.getPatience(), "PT30M"),
        values.duration("--within", verify.getWithin(), "PT12H"),
        comparison.isValues(),
        (int) values.number("--sample", comparison.getSample(), 0, MOST_SAMPLED),
        Optional.ofNullable(verify.getResumeFile()).map(Path::of));
  }
}
