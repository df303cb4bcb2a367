package io.walbeam.postgres;

import java.util.Optional;

/**
 * How much WAL a slot keeps, and how much more it may keep.
 *
 * @param walEnd end of the WAL, unsigned
 * @param retainedBytes what the slot keeps
 * @param safeBytes what may still be written before the slot is invalidated; empty if the server
 *     has no limit
 */
public record SlotHeadroom(long walEnd, long retainedBytes, Optional<Long> safeBytes) {}
