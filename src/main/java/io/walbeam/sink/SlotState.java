package io.walbeam.sink;

/**
 * One row of {@code _walbeam_state}: everything up to {@code confirmedLsn} is in the destination.
 *
 * @param slot name of the replication slot, the key
 * @param systemId PostgreSQL's system identifier
 * @param confirmedLsn end of the last complete transaction that is durable, unsigned
 * @param completeTimeMicros commit time of it, microseconds since the Unix epoch: the tables are
 *     complete up to this time; 0 if not known
 * @param incarnation job start and reader start of the writer, for diagnosis
 * @param writtenAtMicros clock of the writer, microseconds since the Unix epoch
 */
public record SlotState(
    String slot,
    long epoch,
    String systemId,
    int timeline,
    long confirmedLsn,
    long completeTimeMicros,
    String incarnation,
    long writtenAtMicros) {}
