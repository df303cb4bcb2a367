package io.walbeam.sink;

import io.walbeam.change.TableId;

/**
 * One row of {@code _walbeam_backfills}: a dump of one table that was asked for, and how far it is.
 *
 * @param slot name of the replication slot, part of the key
 * @param requestLsn commit LSN of the request's transaction, the consistent point; part of the key
 * @param changeLsn LSN of the request itself, or of a truncation's record; part of the key
 * @param requestCommitMicros commit time of it, microseconds since the Unix epoch
 * @param table the source table, part of the key; both names empty if the request names none
 * @param scope JSON object of what part of the table is meant, {@code {}} for all of it
 * @param startedMicros microseconds since the Unix epoch, 0 if not yet
 * @param finishedMicros microseconds since the Unix epoch, 0 if not yet
 * @param chunksTotal 0 if not known
 * @param rows rows written so far
 * @param bytes bytes read so far
 * @param resume where to go on after a restart, empty for the beginning
 * @param error what went wrong and the remedy, without row values; empty if nothing did
 */
public record DumpEntry(
    String slot,
    long epoch,
    long requestLsn,
    long changeLsn,
    long requestCommitMicros,
    TableId table,
    Kind kind,
    Status status,
    String scope,
    long startedMicros,
    long finishedMicros,
    long chunksDone,
    long chunksTotal,
    long rows,
    long bytes,
    String resume,
    String error) {
  /** Why the table is dumped. The names are written to BigQuery and never change. */
  public enum Kind {
    /** It had never been dumped. */
    INITIAL,
    /** Somebody asked. */
    REQUEST,
    /** It was truncated, so nothing is dumped: what is older goes. */
    TRUNCATE
  }

  /** How far it is. The names are written to BigQuery and never change. */
  public enum Status {
    REQUESTED,
    RUNNING,
    FINISHED,
    /** The request is not one that is carried out. */
    REFUSED,
    /** It was given up; the stream goes on. */
    FAILED,
    /** Not needed: another dump of the table or a truncation took its place. */
    SUPERSEDED;

    /** Whether nothing more happens to it. */
    public boolean isOver() {
      return this != REQUESTED && this != RUNNING;
    }
  }

  /** The same entry, over. */
  public DumpEntry over(Status last, long finishedAt, String problem) {
    return copy(
        last, startedMicros, finishedAt, chunksDone, chunksTotal, rows, bytes, resume, problem);
  }

  /** The same entry, begun. */
  public DumpEntry started(long micros) {
    long first = startedMicros == 0 ? micros : startedMicros;
    return copy(Status.RUNNING, first, 0, chunksDone, chunksTotal, rows, bytes, resume, "");
  }

  /** The same entry, further on. */
  public DumpEntry progressed(
      long chunks, long total, long moreRows, long moreBytes, String resumeAt) {
    return copy(
        status,
        startedMicros,
        finishedMicros,
        chunks,
        total,
        rows + moreRows,
        bytes + moreBytes,
        resumeAt,
        error);
  }

  /** The same request in another state. */
  private DumpEntry copy(
      Status newStatus,
      long started,
      long finished,
      long done,
      long total,
      long newRows,
      long newBytes,
      String newResume,
      String newError) {
    return new DumpEntry(
        slot,
        epoch,
        requestLsn,
        changeLsn,
        requestCommitMicros,
        table,
        kind,
        newStatus,
        scope,
        started,
        finished,
        done,
        total,
        newRows,
        newBytes,
        newResume,
        newError);
  }

  /** Hides the scope, which may hold key values. */
  @Override
  public String toString() {
    return "DumpEntry[" + table + ", " + kind + ", " + status + "]";
  }
}
