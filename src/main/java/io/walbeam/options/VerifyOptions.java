package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** What {@code verify} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Verify")
public interface VerifyOptions extends PipelineOptions {
  @Description(
      "Ask for a dump of what differs: of the keys where they are few, of the table otherwise.")
  boolean isRepair();

  void setRepair(boolean value);

  @Description(
      "Leave out tables that were found equal within this time, so that a verification that was"
          + " ended goes on.")
  @Default.String("PT0S")
  String getWithin();

  void setWithin(String value);

  @Description(
      "A file that keeps how far a table was read, so that a verification that was ended goes on"
          + " in the middle of it.")
  @Nullable String getResumeFile();

  void setResumeFile(String value);
}
