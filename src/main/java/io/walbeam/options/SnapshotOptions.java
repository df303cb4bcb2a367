package io.walbeam.options;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * What is dumped, and how; and truncations.
 *
 * <p>Public because Beam builds a proxy of it. Getters and help texts only; {@link OptionsReader}
 * gives them meaning.
 */
@OptionGroup("Dumps")
public interface SnapshotOptions extends PipelineOptions {
  @Description(
      "initial: dump every table that was never dumped, while the stream goes on; never: stream"
          + " only; only: dump what was never dumped, write what was committed meanwhile, end.")
  @Default.String("initial")
  @OneOf({"initial", "never", "only"})
  String getSnapshot();

  void setSnapshot(String value);

  @Description("Connections that dumps read with.")
  @Default.String("2")
  String getSnapshotParallelism();

  void setSnapshotParallelism(String value);

  @Description("Rows that a dump reads at once, as far as they can be estimated beforehand.")
  @Default.String("400000")
  String getSnapshotChunkRows();

  void setSnapshotChunkRows(String value);

  @Description(
      "A physical standby that dumps read from, given like --postgresUrl; user and password are"
          + " those of the primary. Default: the primary.")
  @Nullable String getSnapshotUrl();

  void setSnapshotUrl(@Nullable String value);

  @Description(
      "own: carry out only what walbeam asks for itself and what was asked for with the command"
          + " backfill; any: also dump requests that others put into the WAL (logical messages with"
          + " the prefix walbeam.backfill), which delete nothing.")
  @Default.String("own")
  @OneOf({"own", "any"})
  String getRequests();

  void setRequests(String value);

  @Description(
      "apply: a TRUNCATE of a table deletes its rows in BigQuery; log: it is logged and becomes a"
          + " dead letter.")
  @Default.String("apply")
  @OneOf({"apply", "log"})
  String getTruncate();

  void setTruncate(String value);

  @Description("Most rows that a TRUNCATE deletes in BigQuery; with more it is left to a person.")
  @Default.String("10000000")
  String getTruncateLimit();

  void setTruncateLimit(String value);

  @Description(
      "What is done when a schema change concerns rows that the stream does not mention. converge:"
          + " the table is dumped again; warn: a warning has the command; stop: the run ends. With"
          + " --snapshot=never converge is warn.")
  @Default.String("converge")
  String getSchemaChanges();

  void setSchemaChanges(String value);

  @Description(
      "Most rows, as PostgreSQL estimates them, of a table that is dumped by itself after a schema"
          + " change; with more a warning has the command.")
  @Default.String("100000000")
  String getConvergeLimit();

  void setConvergeLimit(String value);
}
