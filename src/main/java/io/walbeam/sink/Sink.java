package io.walbeam.sink;

import io.walbeam.change.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is open to one destination: the one contract that every destination keeps. Thread-safe.
 *
 * <p>It takes rows ({@link #tables}), and keeps beside them what the slot cannot know: dead
 * letters, recorded positions, the ledger of dumps, schema changes. Durable means that what was
 * taken survives the death of this process and machine, and that readers see it or will without
 * anybody's doing. A row that the destination can never take is refused ({@link RejectedRow}) and
 * becomes a dead letter; whatever may pass, or a person can mend, is waited for under a named
 * stall.
 */
public interface Sink extends AutoCloseable {
  /**
   * Looks once whether the destination can be used, for a start that fails early and clearly.
   *
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if it is missing or forbidden,
   *     TRANSIENT if it does not answer
   */
  void verify();

  /**
   * Looks a dataset over without changing it.
   *
   * @return empty if the destination is none; it has been verified then
   * @throws io.walbeam.failure.WalbeamException as {@link #verify}
   */
  Optional<DatasetSurvey> survey() throws InterruptedException;

  /** Closing it does nothing; close this. */
  TableSink tables();

  /**
   * The same for many rows that may wait, so that those of {@link #tables} do not wait for them.
   */
  default TableSink bulkTables() {
    return tables();
  }

  /** What tables look like before the first row. */
  ExistingTables existing();

  /** The form of changelogs that are there already. */
  ChangelogShapes changelogShapes();

  /** Where rows go that are refused. */
  DeadLetterSink deadLetters();

  /** The recorded position of each slot. */
  StateStore stateStore();

  /** The dumps that were asked for. */
  DumpLedger dumpLedger();

  /** The rows of keyed tables that a purge deletes. */
  OutdatedRows outdatedRows();

  /** The schema changes that were noticed. */
  SchemaChangeLog schemaChanges();

  /** The rows that are there, to be compared; empty if this destination cannot tell. */
  default Optional<ReplicaRows> replicaRows() {
    return Optional.empty();
  }

  /** Tables whose key has changed; empty where tables have no keys. */
  default Optional<Successors> successors() {
    return Optional.empty();
  }

  /** The values that are there, to be compared; empty if this destination cannot tell. */
  default Optional<ReplicaValues> replicaValues() {
    return Optional.empty();
  }

  /** What comparisons found; empty where there are none. */
  default Optional<VerificationLog> verifications() {
    return Optional.empty();
  }

  /** Up to when the rows of each table are applied; empty where that is at once. */
  default List<AppliedTable> applied() throws InterruptedException {
    return List.of();
  }

  /** What waits. */
  Stalls stalls();

  /** The tables that hold nothing up any more; none where tables do not wait one by one. */
  default LetGo letGo() {
    return LetGo.never();
  }

  /** What was counted. */
  CountingSinkMetrics metrics();

  /**
   * Dead letters that no dump has settled, by table and class, the most numerous first; the
   * thousand largest.
   */
  List<DeadLetterCount> deadLetterCounts() throws InterruptedException;

  /** The keys of open dead letters. */
  default OpenKeys openKeys() {
    return OpenKeys.NONE;
  }

  /**
   * Of the open dead letters of a table those whose row has a later image in the destination, by
   * error class; empty if the destination cannot tell.
   *
   * @param destination name of the table with the current state
   */
  default Map<String, Long> supersededLetters(TableId table, String destination)
      throws InterruptedException {
    return Map.of();
  }

  /**
   * Deletes walbeam's own tables, dead letters included, and says what was done.
   *
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if another slot uses them
   */
  List<String> dropOwnTables(String slot) throws InterruptedException;

  /** Releases one hold; the last one ends all calls, and writes under way fail as TRANSIENT. */
  @Override
  void close();
}
