package io.walbeam.options;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** What {@code backfill} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Keys")
public interface BackfillOptions extends PipelineOptions {
  @Description(
      "First key of the range that is dumped; of a key of several columns a JSON list,"
          + " [\"first\",\"second\"]. Default: the lowest.")
  @Nullable String getKeyFrom();

  void setKeyFrom(@Nullable String value);

  @Description("Last key of the range, given like --keyFrom. Default: the highest.")
  @Nullable String getKeyTo();

  void setKeyTo(@Nullable String value);
}
