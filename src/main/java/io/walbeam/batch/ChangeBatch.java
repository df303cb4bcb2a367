package io.walbeam.batch;

import io.walbeam.change.Interval;

/**
 * A run of raw plugin messages that covers one interval of the stream: the element of the source.
 *
 * <p>Self-contained, so that any worker decodes it alone: the messages form a valid pgoutput stream
 * of their own. A batch that begins inside a transaction starts with that transaction's Begin
 * again, and before the first change of a relation stands the relation's current Relation message
 * (and the Type messages it needs), repeated if it was sent earlier. Repeated messages do not count
 * in positions.
 *
 * <p>Immutable by convention: nobody writes to {@link #messages} after construction.
 *
 * @param start whether this is the first batch of a reader that began without a mark: everything up
 *     to {@code interval.from()} was confirmed to the slot before
 * @param interval what the batch covers; {@code from} is exactly the previous batch's {@code to}
 * @param completeLsn end of the last transaction (or idle position) that ends at or before {@code
 *     interval.to()}
 * @param completeTimeMicros commit time of that transaction, or the server clock at that idle
 *     position, microseconds since the Unix epoch; 0 if not known
 * @param firstIndex index of the batch's first change among the consecutive changes that share its
 *     WAL position (more than 0 only if the batch begins inside a multi-insert)
 * @param changes number of change messages, repeated ones not counted
 * @param messages entries of {@code int64 lsn (dataStart), int32 length, payload}, big-endian
 * @param length number of bytes used in {@code messages}
 */
public record ChangeBatch(
    ReaderIdentity reader,
    boolean start,
    Interval interval,
    long completeLsn,
    long completeTimeMicros,
    int firstIndex,
    int changes,
    byte[] messages,
    int length) {
  /** Hides the messages: row values never reach a log line. */
  @Override
  public String toString() {
    return "ChangeBatch[" + interval + ", " + changes + " changes, " + length + " bytes]";
  }
}
