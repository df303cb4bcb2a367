package io.walbeam.dump;

import java.time.Duration;

/**
 * Sizes and pauses of dumps.
 *
 * @param chunkBytes bytes of pages of one chunk: a second's work, so that a standby's conflict or a
 *     restart repeats little
 * @param chunkRows rows of one chunk, as far as they can be estimated
 * @param discovery time between two looks for tables that were added to the publication
 * @param ledger shortest time between two notes of a dump's progress
 * @param poll time between two looks at something that is waited for
 * @param reread time between two readings of the ledger where other processes write to it, zero if
 *     none do
 * @param landing longest time from the beginning of a chunk's read to the end of its writing; what
 *     takes longer is read again
 * @param handover longest time that a request of a process that no longer dumps may be on its way
 * @param holding longest time that a COPY, and with it a transaction at the source, stays open
 *     while the destination takes nothing; then it is given up and its chunk is read again later
 */
public record DumpPace(
    long chunkBytes,
    long chunkRows,
    Duration discovery,
    Duration ledger,
    Duration poll,
    Duration reread,
    Duration landing,
    Duration handover,
    Duration holding) {
  /**
   * BigQuery forgets after two days that a row was deleted; a dumped row that was read before the
   * deletion and written after that would come back. A quarter of that leaves time for the slowest
   * chunk, and for a request that is on its way when its chunk is given up.
   */
  private static final Duration LANDING = Duration.ofHours(12);

  /** A request that is not answered in half a minute is given up, see {@code AppendConnection}. */
  private static final Duration HANDOVER = Duration.ofSeconds(30);

  /**
   * Several times what a request takes, and short of the minute that {@code pg_ctl stop} waits: a
   * smart shutdown waits for the session.
   */
  private static final Duration HOLDING = Duration.ofSeconds(20);

  /** The same with chunks of another size. */
  public DumpPace withChunkRows(long rows) {
    return new DumpPace(
        chunkBytes, rows, discovery, ledger, poll, reread, landing, handover, holding);
  }

  /** For one process that does everything. */
  public static final DumpPace ONE_JVM =
      new DumpPace(
          64L << 20,
          800_000,
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofMillis(100),
          Duration.ZERO,
          LANDING,
          Duration.ZERO,
          HOLDING);

  /** For workers: requests may be read by another process than the one that dumps. */
  public static final DumpPace WORKERS =
      new DumpPace(
          64L << 20,
          800_000,
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofMillis(250),
          Duration.ofSeconds(30),
          LANDING,
          HANDOVER,
          HOLDING);
}
