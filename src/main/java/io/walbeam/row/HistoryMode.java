package io.walbeam.row;

/** What is made of a changelog beside it. */
public enum HistoryMode {
  /** Nothing. */
  NONE,
  /** A view of when each version of a row was valid. */
  SCD2
}
