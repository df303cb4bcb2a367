package io.walbeam.source;

/**
 * What the destination knows of the slot: the last row of its state table.
 *
 * @param confirmedLsn everything that ends at or before it is in the destination, unsigned
 */
public record RecordedState(long epoch, String systemId, int timeline, long confirmedLsn) {}
