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

  private static final String NAME = "walbeam: ";
  private static final String INDENT = "         ";

  private Failures() {}

  /** Prints what a person needs and returns the exit code. */
  static int report(Throwable thrown, boolean debug, Folding folding, PrintStream err) {
    int exitCode = describe(thrown, folding, err);
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

  private static int describe(Throwable thrown, Folding folding, PrintStream err) {
    StringBuilder text = new StringBuilder();
    int exitCode = describe(thrown, folding, text);
    err.print(text);
    return exitCode;
  }

  private static int describe(Throwable thrown, Folding folding, StringBuilder text) {
    if (thrown instanceof ConfigurationProblems configuration) {
      configuration.problems().forEach(problem -> folding.fold(text, NAME, INDENT, problem));
      return FailureKind.CONFIGURATION.exitCode();
    }
    Optional<WalbeamException> ours = known(thrown);
    if (ours.isPresent()) {
      say(text, folding, String.valueOf(ours.get().getMessage()), ours.get().remedy());
      return ours.get().kind().exitCode();
    }
    if (causes(thrown).anyMatch(cause -> cause.getClass().getName().equals(CANCELLED_ON_FLINK))) {
      say(
          text,
          folding,
          "The job was cancelled.",
          "Start again when it shall go on; nothing is lost.");
      return FailureKind.TRANSIENT.exitCode();
    }
    if (thrown instanceof OutOfMemoryError) {
      say(
          text,
          folding,
          "Java ran out of memory.",
          "Give it more with -Xmx, then start again; nothing is lost.");
      return FailureKind.TRANSIENT.exitCode();
    }
    say(
        text,
        folding,
        "The run ended unexpectedly (" + thrown.getClass().getSimpleName() + ").",
        "Run again with --debug and report the trace; nothing is lost.");
    return FailureKind.BUG.exitCode();
  }

  private static void say(StringBuilder text, Folding folding, String message, String remedy) {
    folding.fold(text, NAME, INDENT, message);
    folding.fold(text, INDENT, INDENT, remedy);
  }
}
