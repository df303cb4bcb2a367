package io.walbeam.row;

import java.util.Arrays;
import java.util.List;

/**
 * The envelope of a change: what every destination but the current state tells of it, under these
 * names and in this order.
 */
public enum EnvelopeField {
  OPERATION(
      3,
      "operation",
      DestinationType.STRING,
      "INSERT, UPDATE, DELETE, TRUNCATE, or READ for a dumped row."),
  DATABASE(4, "database", DestinationType.STRING, "The PostgreSQL database."),
  SCHEMA(5, "schema", DestinationType.STRING, "The schema of the source table."),
  TABLE(6, "table", DestinationType.STRING, "The source table."),
  KEY(7, "key", DestinationType.JSON, "The key columns, if the table has a key."),
  BEFORE(
      8,
      "before",
      DestinationType.JSON,
      "The old row under REPLICA IDENTITY FULL, else its key columns if they are known."),
  AFTER(
      9,
      "after",
      DestinationType.JSON,
      "The new row; columns that the change did not carry are left out."),
  UNCHANGED(10, "unchanged", DestinationType.JSON, "Names of the columns left out of the new row."),
  POSITION(
      11,
      "position",
      DestinationType.STRING,
      "Orders the changes: epoch, commit LSN, change LSN and index, as padded hexadecimal"
          + " numbers."),
  COMMIT_TIME(12, "commit_time", DestinationType.TIMESTAMP, "When the transaction committed."),
  TRANSACTION_ID(
      13,
      "transaction_id",
      DestinationType.INT64,
      "Identifier of the transaction, 0 for a dumped row."),
  CONTEXT(
      14,
      "context",
      DestinationType.JSON,
      "What the application said of the transaction; see _walbeam_contexts.");

  private final int number;
  private final String label;
  private final DestinationType type;
  private final String description;

  EnvelopeField(int number, String label, DestinationType type, String description) {
    this.number = number;
    this.label = label;
    this.type = type;
    this.description = description;
  }

  /** All of them as columns, none of which is required. */
  static List<DestinationColumn> columns() {
    return Arrays.stream(values())
        .map(
            field ->
                new DestinationColumn(
                    field.label, field.type, field.number, false, field.description, List.of()))
        .toList();
  }

  /** Number of the protobuf field in rows of tables; never changes. */
  int number() {
    return number;
  }

  /** The name of the column or member. */
  public String label() {
    return label;
  }

  public DestinationType type() {
    return type;
  }

  /** Says what it holds, one sentence. */
  public String description() {
    return description;
  }
}
