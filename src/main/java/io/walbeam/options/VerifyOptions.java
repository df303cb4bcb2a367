package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What {@code verify} takes beside the options of a run. Public because Beam proxies it. */
@OptionGroup("Verify")
public interface VerifyOptions extends PipelineOptions {
  @Description(
      "Ask for a dump of what differs: of the keys where they are few, of the table otherwise.")
  boolean isRepair();

  void setRepair(boolean value);

  @Description("Rows a second that are read from the source at most; 0: as fast as it goes.")
  @Default.String("0")
  String getRowsPerSecond();

  void setRowsPerSecond(String value);

  @Description("How long to wait, each time, until the run has brought what the source showed.")
  @Default.String("PT30M")
  String getPatience();

  void setPatience(String value);

  @Description(
      "Leave out tables that were found equal within this time, so that a verification that was"
          + " ended goes on.")
  @Default.String("PT0S")
  String getWithin();

  void setWithin(String value);
}
