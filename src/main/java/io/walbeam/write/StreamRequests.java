package io.walbeam.write;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.TableId;
import java.util.List;

/**
 * What the stream brings besides rows: that somebody asks for a dump, that a table was emptied, or
 * altered. Thread-safe.
 */
public interface StreamRequests {
  /** Somebody asks for a dump, in words that are not checked yet. */
  record Dump(ChangePosition position, long commitMicros, byte[] content) {}

  /** A table with a current state was truncated. */
  record Truncation(
      TableId table, ChangePosition position, long transactionId, long commitMicros) {}

  /** A statement that altered tables, as an event trigger told it. */
  record Statement(ChangePosition position, long commitMicros, byte[] content) {}

  /** Whether a truncation of a source table is one of the destination's. */
  boolean appliesTruncations();

  /** Returns when both are durable; they are carried out later. */
  void record(List<Truncation> truncations, List<Dump> dumps) throws InterruptedException;

  /** Returns when they are durable. */
  void record(List<Statement> statements) throws InterruptedException;
}
