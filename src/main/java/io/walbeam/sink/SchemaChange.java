package io.walbeam.sink;

import io.walbeam.change.TableId;
import java.util.Comparator;

/**
 * One row of {@code _walbeam_schema_changes}: how a source table differed from what was known of
 * it.
 *
 * @param slot name of the replication slot, part of the key
 * @param position end of the WAL when it was noticed, part of the key: the change was committed
 *     before, and a dump that was asked for later shows it; of what the stream told, its place
 * @param noticedMicros microseconds since the Unix epoch
 * @param table the source table, part of the key
 * @param before what was known of it, as JSON; empty if nothing was
 * @param after what is known now, as JSON; empty if it is not published any more
 * @param change in words, without row values
 * @param statement what was executed, if an event trigger told it; else empty
 */
public record SchemaChange(
    String slot,
    long epoch,
    long position,
    long noticedMicros,
    TableId table,
    String before,
    String after,
    String change,
    String statement,
    Done done) {
  /** By epoch, then position, then table. */
  public static final Comparator<SchemaChange> OLDEST_FIRST =
      Comparator.comparingLong(SchemaChange::epoch)
          .thenComparing(SchemaChange::position, Long::compareUnsigned)
          .thenComparing(each -> each.table().toString());

  /** What came of it. The names are written to BigQuery and never change. */
  public enum Done {
    /** The table was seen for the first time. */
    SEEN,
    /** Nothing is to be done: rows that the stream does not mention are as they were. */
    NOTHING,
    /** The table is dumped, at a position after this one. */
    DUMP,
    /** A person was told that rows may differ until the table is dumped. */
    WARNED,
    /** The run ended for it. */
    STOPPED,
    /** An event trigger told of the statement; what it changed is a row of its own. */
    CAPTURED
  }

  /** The same change with other words for what is known now. */
  public SchemaChange nowKnownAs(String known) {
    return new SchemaChange(
        slot, epoch, position, noticedMicros, table, before, known, change, statement, done);
  }
}
