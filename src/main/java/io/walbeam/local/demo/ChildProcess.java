package io.walbeam.local.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process of ours whose output goes to two files. It ends with this JVM if this JVM ends in an
 * orderly way, Ctrl-C included. Thread-safe.
 */
public final class ChildProcess implements Program {
  /** How long a process gets between a request to end and its end by force. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final Path NOTHING = Path.of("/dev/null");

  private final String name;
  private final Process process;
  private final Path output;
  private final Path errors;
  private final Runnable atExit;

  /** The program that runs this JVM. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private ChildProcess(String name, Process process, Path output, Path errors) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.errors = errors;
    this.atExit = process::destroyForcibly;
    AtExit.add(atExit);
  }

  /**
   * Starts a process.
   *
   * @param directory where its output files go, {@code name.out} and {@code name.err}, appended to
   * @param environment added to the environment of this JVM
   */
  public static ChildProcess start(
      String name, Path directory, List<String> command, Map<String, String> environment)
      throws IOException {
    Path output = directory.resolve(name + ".out");
    Path errors = directory.resolve(name + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(NOTHING.toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    builder.environment().putAll(environment);
    return new ChildProcess(name, builder.start(), output, errors);
  }

  /** What it was started as. */
  public String name() {
    return name;
  }

  /** The process identifier. */
  public long pid() {
    return process.pid();
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public String output() throws IOException {
    return read(output);
  }

  @Override
  public String errors() throws IOException {
    return read(errors);
  }

  /** Where its standard error goes. */
  public Path errorFile() {
    return errors;
  }

  @Override
  public int exitCode(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " still runs after " + timeout.toSeconds() + " s");
    }
    return process.exitValue();
  }

  /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void terminate() {
    process.destroy();
  }

  /** Asks it to end (SIGTERM), and ends it by force if it does not. */
  @Override
  public void close() {
    terminate();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    AtExit.remove(atExit);
  }

  private static String read(Path file) throws IOException {
    return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
  }
}
