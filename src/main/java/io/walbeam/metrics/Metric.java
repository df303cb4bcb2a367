package io.walbeam.metrics;

import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Gauge;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * Every metric of walbeam. The table of docs/metrics.md is made of these lines; a test keeps them
 * equal.
 *
 * <p>Beam counts only on threads that it runs a source or a DoFn on; elsewhere an update is lost.
 */
public enum Metric {
  CHANGES(
      Kind.COUNTER,
      "changes",
      ".<operation>.<schema>.<table>",
      "Changes decoded, by operation (insert, update, delete, truncate) and source table; tables"
          + " beyond the first 200 count as `other`"),
  CHANGE_BYTES(
      Kind.COUNTER, "change_bytes", "", "Bytes of the source's messages for these changes"),
  APPENDED_ROWS(Kind.COUNTER, "appended_rows", "", "Rows that the destination acknowledged"),
  APPENDED_BYTES(Kind.COUNTER, "appended_bytes", "", "Encoded bytes of these rows"),
  APPEND_MILLIS(
      Kind.DISTRIBUTION,
      "append_millis",
      "",
      "Time from sending a request to its acknowledgement, milliseconds"),
  RETRIES(Kind.COUNTER, "retries", ".<class>", "Requests sent again, by error class"),
  DEAD_LETTERS(
      Kind.COUNTER,
      "dead_letters",
      ".<class>",
      "Rows written to the dead-letter table, by error class"),
  SUBSTITUTED(
      Kind.COUNTER,
      "substituted",
      ".<class>",
      "Values written as NULL, or as text beside their column, because BigQuery lacks them, by"
          + " error class"),
  READ_BACKS(
      Kind.COUNTER,
      "read_backs",
      "",
      "Rows read from the source again for an unchanged large value"),
  RECEIPTS(Kind.COUNTER, "receipts", "", "Batches of which every row is durable"),
  DUMPED_TABLES(Kind.COUNTER, "dumped_tables", "", "Tables whose dump is finished"),
  DUMPED_CHUNKS(Kind.COUNTER, "dumped_chunks", "", "Chunks of dumps of which every row is durable"),
  DUMPED_ROWS(Kind.COUNTER, "dumped_rows", "", "Rows of these chunks"),
  DUMPED_BYTES(Kind.COUNTER, "dumped_bytes", "", "Bytes of them, as PostgreSQL sent them"),
  DUMPS_LEFT(Kind.GAUGE, "dumps_left", "", "Tables that are being dumped or wait for it"),
  DUMP_SECONDS_LEFT(
      Kind.GAUGE,
      "dump_seconds_left",
      "",
      "Time until the last of them is dumped, estimated from pg_class; 0 when it is not known"),
  STALLS(
      Kind.GAUGE, "stalls", "", "Tables that wait for something right now; the log says for what"),
  TABLES_LET_GO(
      Kind.GAUGE,
      "tables_let_go",
      "",
      "Tables that hold nothing up any more though a person must mend them, and that no dump has"
          + " brought back yet"),
  MISSING_CHANGES(
      Kind.GAUGE,
      "missing_changes",
      "",
      "Changes that are missing in them, at least; a change that came twice counts twice"),
  LAG_BYTES(
      Kind.GAUGE,
      "lag_bytes",
      "",
      "Bytes of log between the confirmed position and the server's end"),
  LAG_SECONDS(
      Kind.GAUGE,
      "lag_seconds",
      "",
      "Age of the oldest part of the log that is not confirmed, seconds; 0 when nothing is"
          + " missing"),
  LAG_AGE_SECONDS(
      Kind.GAUGE,
      "lag_age_seconds",
      "",
      "Seconds since PostgreSQL answered last: so old is what the lag says"),
  QUEUE_BYTES(Kind.GAUGE, "queue_bytes", "", "Bytes read from the server that no worker took yet"),
  BATCHES_OUTSTANDING(
      Kind.GAUGE, "batches_outstanding", "", "Batches handed out that are not confirmed yet"),
  CONFIRMED_LSN(
      Kind.GAUGE,
      "confirmed_lsn",
      "",
      "The confirmed position, the log sequence number as a number");

  /** The namespace of all of them. */
  public static final String NAMESPACE = "walbeam";

  /** How Beam adds up what it is told. */
  public enum Kind {
    COUNTER,
    DISTRIBUTION,
    GAUGE
  }

  private final Kind kind;
  private final String prefix;
  private final String suffix;
  private final String meaning;

  Metric(Kind kind, String prefix, String suffix, String meaning) {
    this.kind = kind;
    this.prefix = prefix;
    this.suffix = suffix;
    this.meaning = meaning;
  }

  public Kind kind() {
    return kind;
  }

  /** The name as documented, variable parts in angle brackets. */
  public String pattern() {
    return prefix + suffix;
  }

  /** What it counts, in one sentence without a full stop. */
  public String meaning() {
    return meaning;
  }

  /** The name with its variable parts, which must be few and free of row values. */
  public String named(String... parts) {
    return parts.length == 0 ? prefix : prefix + "." + String.join(".", parts);
  }

  /** Whether a name is one of this metric. */
  public boolean matches(String name) {
    return suffix.isEmpty() ? name.equals(prefix) : name.startsWith(prefix + ".");
  }

  /** The counter of this metric. Use on a thread of Beam. */
  public static Counter counter(String name) {
    return Metrics.counter(NAMESPACE, name);
  }

  /** The gauge of this metric. Use on a thread of Beam. */
  public Gauge gauge() {
    return Metrics.gauge(NAMESPACE, prefix);
  }

  /** The distribution of this metric. Use on a thread of Beam. */
  public Distribution distribution() {
    return Metrics.distribution(NAMESPACE, prefix);
  }
}
