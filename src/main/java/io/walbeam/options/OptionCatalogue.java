package io.walbeam.options;

import java.beans.Introspector;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** The options that a command takes, for help texts and completion: read from the interfaces. */
public final class OptionCatalogue {
  /** Without these no command that uses the ends can begin. */
  private static final Set<String> REQUIRED = Set.of("postgresUrl", "dataset");

  /** Interfaces of a run's options, in the order in which help texts show them. */
  static final List<Class<? extends PipelineOptions>> GROUPS =
      List.of(
          SourceOptions.class, DestinationOptions.class, SnapshotOptions.class, RunOptions.class);

  /** What walbeam's users need of Beam's own; no interface of ours declares them. */
  private static final List<Option> BEAM =
      List.of(
          new Option(
              "project",
              "Beam",
              "Google Cloud project, if --dataset names none.",
              "",
              List.of(),
              false,
              false),
          new Option(
              "bigQueryEndpoint",
              "Beam",
              "http://host:port of a BigQuery stand-in.",
              "",
              List.of(),
              false,
              false),
          new Option(
              "runner",
              "Beam",
              "What carries the job out; every option of that runner is taken too.",
              "DirectRunner",
              List.of("DirectRunner", "DataflowRunner", "FlinkRunner"),
              false,
              false));

  private OptionCatalogue() {}

  /**
   * One option.
   *
   * @param name without dashes
   * @param defaultValue empty if there is none
   * @param choices the values that it takes, empty if they cannot be listed
   * @param flag whether it can stand without a value
   */
  public record Option(
      String name,
      String group,
      String description,
      String defaultValue,
      List<String> choices,
      boolean required,
      boolean flag) {
    public Option {
      choices = List.copyOf(choices);
    }
  }

  /** Every option of the command: its own first, then by group, the required ones first in each. */
  public static List<Option> of(Command command) {
    List<Option> options = new ArrayList<>();
    command.own().forEach(type -> options.addAll(group(type)));
    GROUPS.forEach(type -> options.addAll(group(type)));
    options.addAll(BEAM);
    return options;
  }

  /** What one interface declares. */
  static List<Option> group(Class<?> type) {
    String title = Objects.requireNonNull(type.getAnnotation(OptionGroup.class)).value();
    List<Option> options = new ArrayList<>();
    for (Method method : type.getDeclaredMethods()) {
      Description description = method.getAnnotation(Description.class);
      if (description != null) {
        options.add(option(title, method, description.value()));
      }
    }
    options.sort(Comparator.comparing((Option o) -> !o.required()).thenComparing(Option::name));
    return options;
  }

  private static Option option(String title, Method getter, String description) {
    boolean flag = getter.getReturnType() == boolean.class;
    String name = Introspector.decapitalize(getter.getName().substring(flag ? 2 : 3));
    OneOf choices = getter.getAnnotation(OneOf.class);
    return new Option(
        name,
        title,
        description,
        Optional.ofNullable(getter.getAnnotation(Default.String.class))
            .map(Default.String::value)
            .orElse(""),
        choices == null ? List.of() : List.of(choices.value()),
        REQUIRED.contains(name),
        flag);
  }
}
