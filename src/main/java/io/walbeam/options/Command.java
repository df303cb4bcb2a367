package io.walbeam.options;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * The commands of the program. Each takes every option of a run, so that its command line is the
 * run's with another word in front, and those of its own.
 */
public enum Command {
  RUN("replicate PostgreSQL into the destination until stopped (default)"),
  CHECK("say what is in the way of a run, each with what mends it"),
  SETUP("make what a run needs at the source: --print, --apply or --remove"),
  STATUS("say how a replication is, without its process"),
  VERIFY("say whether the tables are what their sources are, while a run goes on"),
  BACKFILL("ask the run for a dump of --tables"),
  REPLAY("ask the run for dumps of the tables that have open dead letters"),
  RESYNC("make --tables anew: ask the run for a dump, and wait until it has ended"),
  REMOVE("drop what a run leaves: --drop=slot,publications,tables"),
  COMPLETION("print the completion script for a shell: completion bash, completion zsh");

  private final String summary;

  Command(String summary) {
    this.summary = summary;
  }

  /** The command of that word. */
  public static Optional<Command> of(String word) {
    return Arrays.stream(values()).filter(command -> command.word().equals(word)).findFirst();
  }

  /** As it is typed. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it does, in a few words. */
  public String summary() {
    return summary;
  }

  /** Interfaces of the options that it takes beside those of a run. */
  List<Class<? extends PipelineOptions>> own() {
    return switch (this) {
      case RUN, COMPLETION -> List.of();
      case CHECK -> List.of(ProviderOptions.class, ReportOptions.class);
      case SETUP -> List.of(SetupOptions.class, ProviderOptions.class);
      case STATUS -> List.of(StatusOptions.class, ReportOptions.class);
      case VERIFY -> List.of(VerifyOptions.class, ComparisonOptions.class, ReportOptions.class);
      case BACKFILL -> List.of(BackfillOptions.class);
      case REPLAY -> List.of(ReplayOptions.class, ReportOptions.class);
      case RESYNC -> List.of(ResyncOptions.class, ComparisonOptions.class);
      case REMOVE -> List.of(RemoveOptions.class);
    };
  }
}
