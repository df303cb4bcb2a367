package io.walbeam.postgres;

/**
 * The answer to {@code IDENTIFY_SYSTEM} (PostgreSQL documentation, "Streaming Replication
 * Protocol").
 *
 * @param systemId tells a cluster from every other; kept by base backups and standbys
 * @param timeline raised by a promotion and by a recovery to a point in time
 * @param flushLsn end of the flushed WAL, unsigned
 */
public record ServerIdentity(String systemId, int timeline, long flushLsn) {}
