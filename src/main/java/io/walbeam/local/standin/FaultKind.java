package io.walbeam.local.standin;

/** What can be made to go wrong on request. */
public enum FaultKind {
  /** The append is refused in its response: quota. */
  RESOURCE_EXHAUSTED(false),
  /** The AppendRows call ends. */
  UNAVAILABLE(true),
  /** The AppendRows call ends. */
  INTERNAL(true),
  /** The AppendRows call ends. */
  ABORTED(true),
  /** The append is refused in its response, without row errors. */
  INVALID_ARGUMENT(false),
  /**
   * The append is refused in its response, with an error for each row that has the fault's text.
   */
  ROW_ERRORS(false),
  /** The AppendRows call ends. */
  PERMISSION_DENIED(true),
  /** Neither this append nor a later one on its connection is carried out or answered. */
  HUNG(false),
  /** The append is committed, then the connection breaks instead of an answer. */
  LOST_RESPONSE(true),
  /** The connection breaks before the append is carried out. */
  DROPPED_CONNECTION(true),
  /** The append is carried out and answered after a delay. */
  SLOW(false),
  /** After a patch, appends see the old schema for the duration or the count of appends. */
  SCHEMA_DELAY(false),
  /** After an insert, appends do not find the table for the duration or the count of appends. */
  TABLE_DELAY(false),
  /** The table is deleted by the append that meets this. */
  TABLE_DELETED(false),
  /** A REST method answers with the status. */
  REST(false);

  private final boolean endsCall;

  FaultKind(boolean endsCall) {
    this.endsCall = endsCall;
  }

  boolean endsCall() {
    return endsCall;
  }

  /** Whether it is met by an append. */
  boolean onAppend() {
    return this != SCHEMA_DELAY && this != TABLE_DELAY && this != REST;
  }
}
