package io.walbeam.source;

import java.util.concurrent.TimeUnit;

/**
 * Tells whether the server can decode its log from where a stream began. PostgreSQL accepts a slot
 * that is older than its publication, and refuses only at the first change that it is to decode: by
 * then nothing may be left in the destination. One for each stream, session thread only.
 */
final class StreamProof {
  /**
   * A stream that has lived for so long has decoded its first records, or has a long way to go to
   * the first that is for us. Nanoseconds.
   */
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(2);

  private final long end;
  private final long began;
  private boolean given;

  /**
   * @param end of the server's WAL when the stream began
   */
  StreamProof(long end, long now) {
    this.end = end;
    this.began = now;
  }

  /** A change was decoded. */
  void decoded() {
    given = true;
  }

  /** Everything below {@code lsn} was read by the server. */
  void read(long lsn) {
    given |= Long.compareUnsigned(lsn, end) >= 0;
  }

  boolean isGiven(long now) {
    given |= now - began >= LONGEST;
    return given;
  }
}
