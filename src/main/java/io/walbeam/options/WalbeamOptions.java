package io.walbeam.options;

import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/**
 * Every option of walbeam, beside those of Beam and the runner.
 *
 * <p>Public because Beam builds a proxy of it. Getters and help texts only; {@link OptionsReader}
 * gives them meaning.
 */
public interface WalbeamOptions extends BigQueryOptions {
  @Description(
      "Where PostgreSQL is: jdbc:postgresql://host:port/database or"
          + " postgresql://user@host:port/database; TLS by ?sslmode=, sslrootcert=, sslcert=,"
          + " sslkey=, whose files may be paths, gs:// or secret:.")
  @Nullable String getPostgresUrl();

  void setPostgresUrl(@Nullable String value);

  @Description("The PostgreSQL role to connect as; needs REPLICATION.")
  @Nullable String getPostgresUser();

  void setPostgresUser(@Nullable String value);

  @Description(
      "The role's password: env:NAME, file:path, secret:projects/p/secrets/s/versions/v, or the"
          + " plain text; with DataflowRunner only secret:.")
  @Nullable String getPostgresPassword();

  void setPostgresPassword(@Nullable String value);

  @Description(
      "Name of the logical replication slot; created when missing, reused when there, never"
          + " dropped.")
  @Default.String("walbeam")
  String getSlot();

  void setSlot(String value);

  @Description(
      "Name of the publication; created when missing if the role may, reused when there, never"
          + " dropped.")
  @Default.String("walbeam")
  String getPublication();

  void setPublication(String value);

  @Description(
      "on: tables that come later join the publications that walbeam made, if --tables matches and"
          + " the role owns them; off: they are left out.")
  @Default.String("on")
  String getPublishNewTables();

  void setPublishNewTables(String value);

  @Description(
      "Tables to replicate, patterns like public.*,sales.orders; default: what the publication"
          + " holds.")
  @Default.String("")
  String getTables();

  void setTables(String value);

  @Description("Tables to leave out, patterns like public.audit_*.")
  @Default.String("")
  String getExcludeTables();

  void setExcludeTables(String value);

  @Description(
      "never: run until stopped; now: write everything committed before the start, confirm it, end.")
  @Default.String("never")
  String getStopAt();

  void setStopAt(String value);

  @Description(
      "initial: dump every table that was never dumped, while the stream goes on; never: stream"
          + " only; only: dump what was never dumped, write what was committed meanwhile, end.")
  @Default.String("initial")
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
  String getRequests();

  void setRequests(String value);

  @Description(
      "apply: a TRUNCATE of a table deletes its rows in BigQuery; log: it is logged and becomes a"
          + " dead letter.")
  @Default.String("apply")
  String getTruncate();

  void setTruncate(String value);

  @Description("Most rows that a TRUNCATE deletes in BigQuery; with more it is left to a person.")
  @Default.String("10000000")
  String getTruncateLimit();

  void setTruncateLimit(String value);

  @Description("Destination dataset: project.dataset, or dataset in --project.")
  @Nullable String getDataset();

  void setDataset(@Nullable String value);

  @Description(
      "upsert: the current state of each table; changelog: one row for each change; both. A table"
          + " without a key has a changelog only.")
  @Default.String("upsert")
  String getWriteMode();

  void setWriteMode(String value);

  @Description("Name of a destination table, from {schema} and {table}.")
  @Default.String("{schema}_{table}")
  String getTableName();

  void setTableName(String value);

  @Description(
      "max_staleness of created tables, an ISO-8601 duration: how old a query result may be before"
          + " BigQuery merges at query time; PT0S merges always.")
  @Default.String("PT10M")
  String getMaxStaleness();

  void setMaxStaleness(String value);

  @Description("Table in the dataset for changes that cannot be written.")
  @Default.String("_walbeam_dead_letters")
  String getDeadLetterTable();

  void setDeadLetterTable(String value);

  @Description(
      "First section of every change position; raise it by one after a failover or restore that"
          + " reuses log sequence numbers.")
  @Default.String("0")
  String getEpoch();

  void setEpoch(String value);

  @Description("Print stack traces and debug messages.")
  boolean isDebug();

  void setDebug(boolean value);

  @Description("Print problems only, no progress.")
  boolean isQuiet();

  void setQuiet(boolean value);
}
