package io.walbeam.command;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.options.ConfigurationProblems;
import java.io.PrintStream;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From whatever was thrown to sentences and an exit code. */
final class Failures {
  /** By name, because Flink's classes are there only in a build for it. */
  private static final String CANCELLED_ON_FLINK =
      "org.apache.flink.runtime.client.JobCancellationException";

  /** Longest chain of causes that is looked through: a runner may have wrapped it in a circle. */
  private static final int DEPTH = 32;

  private Failures() {}

  /** Prints what a person needs and returns the exit code. */
  static int report(Throwable thrown, boolean debug, PrintStream err) {
    int exitCode = describe(thrown, err);
    if (debug) {
      err.print(Traces.of(thrown));
    }
    return exitCode;
  }

  /** The failure of ours behind whatever a runner wrapped it in. */
  static Optional<WalbeamException> known(Throwable thrown) {
    return causes(thrown)
        .filter(WalbeamException.class::isInstance)
        .map(WalbeamException.class::cast)
        .findFirst();
  }

  private static Stream<Throwable> causes(Throwable thrown) {
    return Stream.<@Nullable Throwable>iterate(
            thrown, Objects::nonNull, cause -> cause == null ? null : cause.getCause())
        .limit(DEPTH)
        .map(Objects::requireNonNull);
  }

  /**
   * What libraries throw in threads of their own is either retried or reported elsewhere, so it is
   * said only with {@code --debug}; the JVM would print a trace.
   */
  static void hideTracesOfThreads(boolean debug, StatusLine status) {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> {
          if (debug) {
            status.message("In thread " + thread.getName() + ": " + Traces.of(thrown));
          }
        });
  }

  private static int describe(Throwable thrown, PrintStream err) {
    if (thrown instanceof ConfigurationProblems configuration) {
      configuration.problems().forEach(problem -> err.println("walbeam: " + problem));
      return FailureKind.CONFIGURATION.exitCode();
    }
    Optional<WalbeamException> ours = known(thrown);
    if (ours.isPresent()) {
      err.println("walbeam: " + ours.get().getMessage());
      err.println("         " + ours.get().remedy());
      return ours.get().kind().exitCode();
    }
    if (causes(thrown).anyMatch(cause -> cause.getClass().getName().equals(CANCELLED_ON_FLINK))) {
      err.println("walbeam: The job was cancelled.");
      err.println("         Start again when it shall go on; nothing is lost.");
      return FailureKind.TRANSIENT.exitCode();
    }
    if (thrown instanceof OutOfMemoryError) {
      err.println("walbeam: Java ran out of memory.");
      err.println("         Give it more with -Xmx, then start again; nothing is lost.");
      return FailureKind.TRANSIENT.exitCode();
    }
    err.println("walbeam: The run ended unexpectedly (" + thrown.getClass().getSimpleName() + ").");
    err.println("         Run again with --debug and report the trace; nothing is lost.");
    return FailureKind.BUG.exitCode();
  }
}
