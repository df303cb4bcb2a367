package io.walbeam.dump;

import io.walbeam.change.TableId;

/**
 * What a table misses that was let go.
 *
 * @param destination name of the table that is not written to
 * @param firstCommitLsn of the first change that is missing, as far as the process knows
 * @param lastCommitLsn of the last one
 * @param commitMicros commit time of it, epoch microseconds
 * @param changes how many the process knows of, at least; 0 if a dump is what was let go
 * @param whole whether the keys are not all in the dead-letter table
 * @param reason why it was let go and what to do, without row values
 */
public record LetGoTable(
    TableId table,
    String destination,
    long epoch,
    long firstCommitLsn,
    long lastCommitLsn,
    long commitMicros,
    long changes,
    boolean whole,
    String reason) {}
