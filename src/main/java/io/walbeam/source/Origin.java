package io.walbeam.source;

/**
 * Where a batch was read: the server's identity and the incarnation of the reader.
 *
 * @param epoch the operator's epoch, first section of every position
 * @param systemId {@code IDENTIFY_SYSTEM}'s system identifier
 * @param timeline {@code IDENTIFY_SYSTEM}'s timeline
 * @param jobStart when the job was started, epoch milliseconds
 * @param readerStart when this reader was started, epoch milliseconds of the server's clock
 */
public record Origin(long epoch, String systemId, int timeline, long jobStart, long readerStart) {}
