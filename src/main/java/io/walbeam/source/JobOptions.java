package io.walbeam.source;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Hidden;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What the launcher tells the readers of a job. A runner that restores a savepoint or updates a job
 * may bring back the source as it was serialized for the earlier job; the options are always those
 * of the running one.
 */
@Hidden
public interface JobOptions extends PipelineOptions {
  /** When the job was started, epoch milliseconds; 0 if the launcher did not say. */
  @Default.Long(0)
  Long getWalbeamJobStart();

  void setWalbeamJobStart(Long value);
}
