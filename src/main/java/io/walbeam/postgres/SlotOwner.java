package io.walbeam.postgres;

/**
 * The server process that uses a slot.
 *
 * @param applicationName empty if the process has none or has gone
 */
public record SlotOwner(int pid, String applicationName) {}
