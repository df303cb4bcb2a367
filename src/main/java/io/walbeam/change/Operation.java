package io.walbeam.change;

/** What happened to a row. The names are written to BigQuery and never change. */
public enum Operation {
  INSERT,
  UPDATE,
  DELETE,
  TRUNCATE,
  /** A row read by a dump. */
  READ
}
