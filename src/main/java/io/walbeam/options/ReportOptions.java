package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What every command that reports takes. Public because Beam proxies it. */
@OptionGroup("Report")
public interface ReportOptions extends PipelineOptions {
  @Description("text: for people; json: for programs, one object.")
  @Default.String("text")
  @OneOf({"text", "json"})
  String getFormat();

  void setFormat(String value);
}
