package io.walbeam.scenario;

import io.walbeam.command.CommandLine;
import io.walbeam.command.Ending;
import io.walbeam.local.demo.PipelineCommand;
import io.walbeam.local.demo.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The program in a thread of this JVM, which saves the start of a process. It cannot be killed, and
 * only one {@code run} at a time says what it logs.
 */
final class ProgramHere implements Program, Ending {
  /** What a run that was asked to end may take before it leaves, and some more. */
  private static final Duration END = Duration.ofSeconds(90);

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private final Thread thread;
  private boolean endAsked;
  private Optional<Runnable> orderlyEnd = Optional.empty();

  private ProgramHere(String[] arguments) {
    thread = new Thread(() -> execute(arguments), "scenario-program");
    thread.setDaemon(true);
  }

  static ProgramHere start(PipelineCommand command) throws IOException {
    String reference = command.options().getOrDefault("postgresPassword", "");
    PipelineCommand resolved = command;
    for (Map.Entry<String, String> variable : command.environment().entrySet()) {
      // A process has an environment of its own; this JVM has not.
      if (reference.equals("env:" + variable.getKey())) {
        Path file = Files.createTempFile("walbeam-password", "");
        file.toFile().deleteOnExit();
        Files.writeString(file, variable.getValue());
        resolved = command.with("postgresPassword", "file:" + file);
      }
    }
    ProgramHere program = new ProgramHere(resolved.arguments().toArray(String[]::new));
    program.thread.start();
    return program;
  }

  private void execute(String[] arguments) {
    try (PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8)) {
      exitCode.complete(CommandLine.execute(arguments, out, err, this));
    } catch (Throwable e) {
      exitCode.completeExceptionally(e);
    }
  }

  @Override
  public boolean isAlive() {
    return !exitCode.isDone();
  }

  @Override
  public String output() {
    return output.toString(StandardCharsets.UTF_8);
  }

  @Override
  public String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  @Override
  public int exitCode(Duration timeout) throws InterruptedException {
    try {
      return exitCode.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "The program still runs after " + timeout.toSeconds() + " s. It said: " + errors(), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void terminate() {
    Optional<Runnable> end;
    synchronized (this) {
      if (endAsked) {
        return;
      }
      endAsked = true;
      end = orderlyEnd;
    }
    end.ifPresent(Runnable::run);
  }

  @Override
  public void onFirst(Runnable end) {
    synchronized (this) {
      if (!endAsked) {
        orderlyEnd = Optional.of(end);
        return;
      }
    }
    end.run();
  }

  @Override
  public void leave(int code) {
    exitCode.complete(code);
    thread.interrupt();
  }

  @Override
  public void close() {
    terminate();
    try {
      exitCode(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
