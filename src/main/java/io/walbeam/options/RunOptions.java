package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * How long a run lasts and what it prints.
 *
 * <p>Public because Beam builds a proxy of it. Getters and help texts only; {@link OptionsReader}
 * gives them meaning.
 */
@OptionGroup("Run")
public interface RunOptions extends PipelineOptions {
  @Description(
      "never: run until stopped; now: write everything committed before the start, confirm it,"
          + " end.")
  @Default.String("never")
  @OneOf({"never", "now"})
  String getStopAt();

  void setStopAt(String value);

  @Description(
      "How long a run on this machine waits at its start for PostgreSQL or BigQuery that does not"
          + " answer, an ISO-8601 duration; then it ends with exit code 1.")
  @Default.String("PT5M")
  String getStartPatience();

  void setStartPatience(String value);

  @Description(
      "A YAML file of options, one name: value a line; the command line and the variables"
          + " WALBEAM_POSTGRES_URL and the like win over it. Secrets are references there.")
  @Nullable String getConfig();

  void setConfig(@Nullable String value);

  @Description(
      "Where a run on this machine answers /healthz, /readyz, /metrics and /status.json: :8080 for"
          + " this machine only, 0.0.0.0:8080 for others too. Default: nowhere.")
  @Nullable String getHttp();

  void setHttp(@Nullable String value);

  @Description("text: one line a message; json: one object a line, for log collectors.")
  @Default.String("text")
  @OneOf({"text", "json"})
  String getLogFormat();

  void setLogFormat(String value);

  @Description("Print stack traces and debug messages.")
  boolean isDebug();

  void setDebug(boolean value);

  @Description("Print problems only, no progress.")
  boolean isQuiet();

  void setQuiet(boolean value);
}
