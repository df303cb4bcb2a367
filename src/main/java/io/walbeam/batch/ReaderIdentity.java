package io.walbeam.batch;

/**
 * Who read a batch, and from which server.
 *
 * @param epoch the operator's epoch, first section of every position
 * @param systemId {@code IDENTIFY_SYSTEM}'s system identifier
 * @param timeline {@code IDENTIFY_SYSTEM}'s timeline
 * @param jobStart when the job was started, epoch milliseconds
 * @param readerStart when this reader was started, epoch milliseconds of the server's clock
 */
public record ReaderIdentity(
    long epoch, String systemId, int timeline, long jobStart, long readerStart) {}
