package io.walbeam.change;

/** Prefixes of the logical messages that walbeam writes into the WAL and reads from it. */
public final class MessagePrefix {
  /** Ends a run that stops at what was committed before it. */
  public static final String FENCE = "walbeam.fence";

  /** Asks for dumps of tables. */
  public static final String DUMP_REQUEST = "walbeam.backfill";

  /** Tells of a statement that altered tables, which an event trigger saw. */
  public static final String DDL = "walbeam.ddl";

  /** Tells the context of a transaction, unless other prefixes are chosen. */
  public static final String CONTEXT = "walbeam.context";

  private MessagePrefix() {}
}
