package io.walbeam.options;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** What {@code check} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Check")
public interface CheckOptions extends PipelineOptions {
  @Description(
      "Who runs the PostgreSQL server, which decides what mends a finding. Default: recognised.")
  @OneOf({
    "self-managed",
    "rds",
    "aurora",
    "cloudsql",
    "alloydb",
    "azure",
    "supabase",
    "neon",
    "heroku",
    "crunchy",
    "render"
  })
  @Nullable String getProvider();

  void setProvider(@Nullable String value);
}
