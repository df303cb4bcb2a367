package io.walbeam.row;

/** A BigQuery column type. The names are BigQuery's. */
public enum DestinationType {
  BOOL,
  INT64,
  FLOAT64,
  NUMERIC,
  BIGNUMERIC,
  STRING,
  BYTES,
  DATE,
  TIME,
  DATETIME,
  TIMESTAMP,
  JSON,
  STRUCT
}
