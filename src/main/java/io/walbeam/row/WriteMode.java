package io.walbeam.row;

/** What is written for a table that has a key; a table without one has a changelog only. */
public enum WriteMode {
  /** The current state. */
  UPSERT,
  /** One row for each change. */
  CHANGELOG,
  /** Both. */
  BOTH;

  /** Whether the current state is wanted. */
  public boolean currentState() {
    return this != CHANGELOG;
  }

  /** Whether the changes are wanted. */
  public boolean changelog() {
    return this != UPSERT;
  }
}
