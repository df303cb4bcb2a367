package io.walbeam.sink.bigquery;

/** Who waits for rows; each has connections of its own. */
enum Traffic {
  /** What was committed just now. */
  STREAM,

  /** Many rows that may wait: dumps and what they delete. */
  BULK
}
