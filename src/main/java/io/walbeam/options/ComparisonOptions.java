package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * How tables are compared by {@code verify} and by {@code resync --finish}. Public because Beam
 * proxies it.
 */
@OptionGroup("Comparison")
public interface ComparisonOptions extends PipelineOptions {
  @Description("Rows a second that are read from the source at most; 0: as fast as it goes.")
  @Default.String("0")
  String getRowsPerSecond();

  void setRowsPerSecond(String value);

  @Description("How long to wait, each time, until the run has brought what the source showed.")
  @Default.String("PT30M")
  String getPatience();

  void setPatience(String value);

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
}
