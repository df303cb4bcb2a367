package io.walbeam.options;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What {@code resync} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Resync")
public interface ResyncOptions extends PipelineOptions {
  @Description(
      "Of tables whose key was changed: compare the new table with its source, drop the old one if"
          + " they are equal, and put a view of its name in its place.")
  boolean isFinish();

  void setFinish(boolean value);
}
