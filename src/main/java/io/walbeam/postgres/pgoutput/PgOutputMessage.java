package io.walbeam.postgres.pgoutput;

import io.walbeam.change.Relation;
import io.walbeam.change.TypeName;
import java.util.List;

/**
 * A message that is not a row change, as a value. Row changes are many and are handed to {@link
 * PgOutputHandler} without an object each.
 *
 * <p>Layouts: PostgreSQL documentation, "Logical Replication Message Formats".
 */
public sealed interface PgOutputMessage {
  /**
   * A transaction begins; it has committed already.
   *
   * @param commitLsn LSN of its commit record (the documentation calls it final LSN)
   * @param commitTimeMicros microseconds since the Unix epoch
   */
  record Begin(long commitLsn, long commitTimeMicros, long transactionId)
      implements PgOutputMessage {}

  /**
   * A transaction ends.
   *
   * @param flags unused by the server
   * @param commitLsn LSN of its commit record
   * @param endLsn LSN after it: the position to acknowledge
   * @param commitTimeMicros microseconds since the Unix epoch
   */
  record Commit(int flags, long commitLsn, long endLsn, long commitTimeMicros)
      implements PgOutputMessage {}

  /** The transaction was replicated to this server from elsewhere. */
  record Origin(long commitLsn, String name) implements PgOutputMessage {}

  /** Describes a relation before its first change and after each alteration. */
  record RelationDescribed(Relation relation) implements PgOutputMessage {}

  /** Names a type that is not built in, before the relation that uses it. */
  record TypeDescribed(TypeName type) implements PgOutputMessage {}

  /** Tables were truncated together. */
  record Truncate(boolean cascade, boolean restartIdentity, List<Integer> relationIds)
      implements PgOutputMessage {
    public Truncate {
      relationIds = List.copyOf(relationIds);
    }
  }

  /**
   * {@code pg_logical_emit_message}. The content is a view: {@code bytes[contentOffset,
   * contentOffset + contentLength)}, valid as long as nobody changes the decoded array.
   *
   * @param lsn of the message; of its end if it is not transactional
   */
  record LogicalMessage(
      boolean transactional,
      long lsn,
      String prefix,
      byte[] bytes,
      int contentOffset,
      int contentLength)
      implements PgOutputMessage {
    /** Hides the content, which anyone may have written. */
    @Override
    public String toString() {
      return "LogicalMessage[" + lsn + ", " + prefix + ", " + contentLength + " bytes]";
    }
  }
}
