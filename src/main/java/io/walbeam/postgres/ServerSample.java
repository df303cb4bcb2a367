package io.walbeam.postgres;

/**
 * The server's WAL at one moment.
 *
 * @param flushLsn end of the WAL that a walsender may send, unsigned
 * @param timeMicros the server's clock at that moment, microseconds since the Unix epoch
 * @param confirmedFlushLsn where the slot stands, 0 if it is missing
 */
public record ServerSample(long flushLsn, long timeMicros, long confirmedFlushLsn) {}
