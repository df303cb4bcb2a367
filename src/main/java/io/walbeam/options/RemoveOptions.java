package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What {@code remove} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Remove")
public interface RemoveOptions extends PipelineOptions {
  @Description(
      "What is dropped, each asked for by name: slot, publications (those that walbeam made),"
          + " tables (walbeam's own, _walbeam_..., not the replicated ones); several with commas.")
  @Default.String("")
  String getDrop();

  void setDrop(String value);
}
