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

  /**
   * What the job writes into its own requests in the WAL, so that nobody else's pass for them. It
   * opens nothing.
   */
  @Default.String("")
  String getWalbeamJobToken();

  void setWalbeamJobToken(String value);
}
