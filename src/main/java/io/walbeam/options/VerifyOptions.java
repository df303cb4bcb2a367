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

  @Description(
      "Read the values of both sides and compare these, so that values that were edited in"
          + " BigQuery are found, and name the columns that differ.")
  boolean isValues();

  void setValues(boolean value);

  @Description(
      "Compare the values of so many rows of each table as well, taken at random; at most 100000.")
  @Default.String("0")
  String getSample();

  void setSample(String value);

  @Description(
      "A file that keeps how far a table was read, so that a verification that was ended goes on"
          + " in the middle of it.")
  @Nullable String getResumeFile();

  void setResumeFile(String value);
}
