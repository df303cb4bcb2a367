package io.walbeam.local.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A command line of the pipeline, to be started any number of times. Immutable.
 *
 * @param options by name, without the leading dashes
 * @param environment added to the environment of this JVM
 * @param jvmArguments before {@code -jar}
 * @param command what the program is to do
 */
public record PipelineCommand(
    Installation installation,
    TreeMap<String, String> options,
    TreeMap<String, String> environment,
    List<String> jvmArguments,
    String command) {
  private static final String PASSWORD_VARIABLE = "WALBEAM_DEMO_PASSWORD";

  public PipelineCommand {
    options = new TreeMap<>(options);
    environment = new TreeMap<>(environment);
    jvmArguments = List.copyOf(jvmArguments);
  }

  /** The command of {@code run} with the required options; the password travels by environment. */
  public static PipelineCommand run(
      Installation installation,
      String postgresUrl,
      String user,
      String password,
      String dataset,
      String endpoint) {
    TreeMap<String, String> options = new TreeMap<>();
    options.put("postgresUrl", postgresUrl);
    options.put("postgresUser", user);
    options.put("postgresPassword", "env:" + PASSWORD_VARIABLE);
    options.put("slot", "walbeam");
    options.put("publication", "walbeam");
    options.put("dataset", dataset);
    options.put("bigQueryEndpoint", endpoint);
    return new PipelineCommand(
        installation,
        options,
        new TreeMap<>(Map.of(PASSWORD_VARIABLE, password)),
        List.of("-Xmx512m"),
        "run");
  }

  /** The same with one option set or replaced. */
  public PipelineCommand with(String option, String value) {
    TreeMap<String, String> changed = new TreeMap<>(options);
    changed.put(option, value);
    return new PipelineCommand(installation, changed, environment, jvmArguments, command);
  }

  /** The same without one option. */
  public PipelineCommand without(String option) {
    TreeMap<String, String> changed = new TreeMap<>(options);
    changed.remove(option);
    return new PipelineCommand(installation, changed, environment, jvmArguments, command);
  }

  /** The same with one environment variable set or replaced. */
  public PipelineCommand withEnvironment(String name, String value) {
    TreeMap<String, String> changed = new TreeMap<>(environment);
    changed.put(name, value);
    return new PipelineCommand(installation, options, changed, jvmArguments, command);
  }

  /** The same with another password. */
  public PipelineCommand withPassword(String password) {
    return withEnvironment(PASSWORD_VARIABLE, password);
  }

  /** Another command with the same options. */
  public PipelineCommand command(String other) {
    return new PipelineCommand(installation, options, environment, jvmArguments, other);
  }

  /** The same with other JVM arguments. */
  public PipelineCommand withJvmArguments(List<String> arguments) {
    return new PipelineCommand(installation, options, environment, arguments, command);
  }

  /** Starts it; its output goes to files below {@code directory}. */
  public ChildProcess start(Path directory) throws IOException {
    return ChildProcess.start("walbeam", directory, commandLine(), environment);
  }

  /** The command as a person would type it, without the environment. */
  public String describe() {
    return String.join(" ", commandLine());
  }

  /** What comes after the name of the program; the password is a reference. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(command);
    options.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return arguments;
  }

  /** The whole command by the jar. */
  public List<String> commandLine() {
    return installation.javaCommand(jvmArguments, installation.pipelineJar(), arguments());
  }
}
