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
public record SlotHeadroom(long walEnd, long retainedBytes, Optional<Long> safeBytes) {
  /** Less than a night and a morning is too little for a person to notice. */
  public static final double WARN_HOURS = 12;

  /** Gives slots a limit where the administrator may. */
  public static final String SET_LIMIT =
      "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();";
}
