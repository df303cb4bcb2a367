package io.walbeam.options;

import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** What commands take that print statements for a server. Public because Beam proxies it. */
@OptionGroup("Provider")
public interface ProviderOptions extends PipelineOptions {
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
