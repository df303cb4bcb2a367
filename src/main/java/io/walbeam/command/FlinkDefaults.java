package io.walbeam.command;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import java.util.Collection;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run on Flink needs of Flink's options. The runner is there only in a build with {@code
 * -Pflink}, so its options are reached by reflection.
 */
final class FlinkDefaults {
  private static final Logger log = LoggerFactory.getLogger(FlinkDefaults.class);
  private static final String OPTIONS = "org.apache.beam.runners.flink.FlinkPipelineOptions";

  /** What the runner's options say when nothing was given. */
  private static final long NOT_GIVEN = -1;

  private FlinkDefaults() {}

  /**
   * Completes the options of a job that runs on Flink; leaves those of other runners alone.
   *
   * @param given names of the options on the command line
   */
  static void apply(PipelineOptions options, Collection<String> given, boolean stopAtNow) {
    if (!options.getRunner().getSimpleName().equals("FlinkRunner")) {
      return;
    }
    try {
      Class<? extends PipelineOptions> type =
          Class.forName(OPTIONS).asSubclass(PipelineOptions.class);
      PipelineOptions flink = options.as(type);
      warning((Long) type.getMethod("getCheckpointingInterval").invoke(flink)).ifPresent(log::warn);
      Long idle = (Long) type.getMethod("getShutdownSourcesAfterIdleMs").invoke(flink);
      if (!given.contains("fasterCopy")) {
        // Nobody changes an element that was handed on, and copies are half of what is allocated.
        type.getMethod("setFasterCopy", Boolean.class).invoke(flink, true);
      }
      if (stopAtNow && idle == NOT_GIVEN) {
        // Otherwise Flink keeps a source that has ended, and the job with it.
        type.getMethod("setShutdownSourcesAfterIdleMs", Long.class).invoke(flink, 1L);
      }
    } catch (ReflectiveOperationException e) {
      throw new WalbeamException(
          FailureKind.CONFIGURATION,
          "The Flink runner on the class path is not the one that this build knows.",
          "Build with ./mvnw -Pflink -DskipTests package and start again.",
          e);
    }
  }

  /** What to say about an interval between checkpoints. */
  static Optional<String> warning(long checkpointingInterval) {
    return checkpointingInterval > 0
        ? Optional.empty()
        : Optional.of(
            "Checkpointing is off, unless Flink's own configuration turns it on: the slot is never"
                + " told what was written, and PostgreSQL keeps its WAL. Give"
                + " --checkpointingInterval=10000 (milliseconds).");
  }
}
