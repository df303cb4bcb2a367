package io.walbeam.options;

import org.apache.beam.sdk.options.PipelineOptions;

/** Names of runners, as {@code --runner} takes them. */
final class RunnerName {
  private RunnerName() {}

  static String of(PipelineOptions options) {
    return options.getRunner().getSimpleName();
  }
}
