package io.walbeam.row;

/**
 * The envelope of a change: what every destination but the current state tells of it, under these
 * names and in this order.
 */
public enum EnvelopeField {
  OPERATION(
      "operation",
      DestinationType.STRING,
      "INSERT, UPDATE, DELETE, TRUNCATE, or READ for a dumped row."),
  DATABASE("database", DestinationType.STRING, "The PostgreSQL database."),
  SCHEMA("schema", DestinationType.STRING, "The schema of the source table."),
  TABLE("table", DestinationType.STRING, "The source table."),
  KEY("key", DestinationType.JSON, "The key columns, if the table has a key."),
  BEFORE(
      "before",
      DestinationType.JSON,
      "The old row under REPLICA IDENTITY FULL, else its key columns if they are known."),
  AFTER(
      "after",
      DestinationType.JSON,
      "The new row; columns that the change did not carry are left out."),
  UNCHANGED("unchanged", DestinationType.JSON, "Names of the columns left out of the new row."),
  POSITION(
      "position",
      DestinationType.STRING,
      "Orders the changes: epoch, commit LSN, change LSN and index, as padded hexadecimal"
          + " numbers."),
  COMMIT_TIME("commit_time", DestinationType.TIMESTAMP, "When the transaction committed."),
  TRANSACTION_ID(
      "transaction_id",
      DestinationType.INT64,
      "Identifier of the transaction, 0 for a dumped row."),
  CONTEXT(
      "context",
      DestinationType.JSON,
      "What the application said of the transaction; not filled yet.");

  private final String label;
  private final DestinationType type;
  private final String description;

  EnvelopeField(String label, DestinationType type, String description) {
    this.label = label;
    this.type = type;
    this.description = description;
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
