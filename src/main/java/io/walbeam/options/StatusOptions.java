package io.walbeam.options;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What {@code status} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Status")
public interface StatusOptions extends PipelineOptions {
  @Description("Look again every ten seconds until ended.")
  boolean isWatch();

  void setWatch(boolean value);
}
