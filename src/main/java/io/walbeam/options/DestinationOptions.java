package io.walbeam.options;

import io.walbeam.change.MessagePrefix;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Where rows go, and how tables look there.
 *
 * <p>Public because Beam builds a proxy of it. Getters and help texts only; {@link OptionsReader}
 * gives them meaning.
 */
@OptionGroup("Destination")
public interface DestinationOptions extends PipelineOptions {
  @Description(
      "Where changes go: bigquery; file:///dir or gs://bucket/dir: files, one folder for each"
          + " table; pubsub:projects/p/topics/t: a message for each change.")
  @Default.String("bigquery")
  String getDestination();

  void setDestination(String value);

  @Description(
      "Of Pub/Sub: where the recorded position, the ledger of dumps, dead letters and envelopes too"
          + " long for a message are kept, file:///dir or gs://bucket/dir.")
  @Nullable String getStateDirectory();

  void setStateDirectory(@Nullable String value);

  @Description(
      "Of Pub/Sub: where envelopes longer than a message takes are kept, file:///dir or"
          + " gs://bucket/dir; by default in the state directory.")
  @Nullable String getOversize();

  void setOversize(@Nullable String value);

  @Description(
      "Of Pub/Sub: rows: each row has an ordering key of its own, and so requests of its own; or a"
          + " number: so many ordering keys that the rows of a table share, for more messages a"
          + " second.")
  @Default.String("rows")
  String getOrderingKeys();

  void setOrderingKeys(String value);

  @Description(
      "Of files: longest time from a file's first row to when it can be seen, an ISO-8601"
          + " duration; the slot is confirmed that much later.")
  @Default.String("PT1M")
  String getFileInterval();

  void setFileInterval(String value);

  @Description(
      "Of files: json: lines of JSON; avro: object container files of Avro, with a typed field for"
          + " each column.")
  @Default.String("json")
  String getFileFormat();

  void setFileFormat(String value);

  @Description("Of files: megabytes from which on a file takes no more rows.")
  @Default.String("64")
  String getFileMegabytes();

  void setFileMegabytes(String value);

  @Description(
      "BigQuery's dataset, needed if that is the destination: project.dataset, or dataset in"
          + " --project.")
  @Nullable String getDataset();

  void setDataset(@Nullable String value);

  @Description(
      "upsert: the current state of each table; changelog: one row for each change; both. A table"
          + " without a key has a changelog only.")
  @Default.String("upsert")
  @OneOf({"upsert", "changelog", "both"})
  String getWriteMode();

  void setWriteMode(String value);

  @Description(
      "scd2: beside the changelog of each table with a key a view <table>_history, which has every"
          + " version of a row and when it was valid; none.")
  @Default.String("none")
  @OneOf({"none", "scd2"})
  String getHistory();

  void setHistory(String value);

  @Description(
      "How arrays, composites, ranges and hstore are written: json; repeated: arrays as REPEATED"
          + " columns, the others as json; text: as PostgreSQL prints them. A column that BigQuery"
          + " has already stays what it is.")
  @Default.String("json")
  String getArrays();

  void setArrays(String value);

  @Description(
      "What is written of values that BigQuery lacks, such as NaN, infinity or years before Christ:"
          + " deadletter; string: NULL, and the text in a column beside it, price__text; null:"
          + " NULL. Or for each group: numbers:string,times:null,json:deadletter,"
          + "arrays:string.")
  @Default.String("deadletter")
  String getUnrepresentable();

  void setUnrepresentable(String value);

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

  @Description(
      "Prefixes of the logical messages in which the application tells the context of a"
          + " transaction; they become rows of _walbeam_contexts and the context of its changes."
          + " Empty for none.")
  @Default.String(MessagePrefix.CONTEXT + ",_bemi")
  String getContext();

  void setContext(String value);

  @Description("Table in the dataset for changes that cannot be written.")
  @Default.String("_walbeam_dead_letters")
  String getDeadLetterTable();

  void setDeadLetterTable(String value);

  @Description(
      "How long a table may wait for a person, an ISO-8601 duration. After that it holds up nothing"
          + " else: what it misses is remembered, and it is dumped once it takes rows again. With"
          + " --stopAt=now at once.")
  @Default.String("PT2M")
  String getLetGoAfter();

  void setLetGoAfter(String value);
}
