package io.walbeam.options;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** What {@code replay} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Dead letters")
public interface ReplayOptions extends PipelineOptions {
  @Description(
      "Only tables with open dead letters of this class, as the column error_class has it. Default:"
          + " of any class.")
  @Nullable String getErrorClass();

  void setErrorClass(@Nullable String value);

  @Description(
      "Only tables with open dead letters that were set aside since then: 2026-01-31T00:00:00Z."
          + " Default: of any age.")
  @Nullable String getSince();

  void setSince(@Nullable String value);

  @Description("Say what would be asked for, and ask for nothing.")
  boolean isDryRun();

  void setDryRun(boolean value);
}
