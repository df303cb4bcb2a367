package io.walbeam.postgres;

/**
 * One row of {@code pg_replication_slots}. Texts are empty where the server has NULL or an older
 * version has no such column.
 *
 * @param confirmedFlushLsn where the slot continues, unsigned, 0 if NULL
 * @param restartLsn oldest WAL that the slot keeps, unsigned, 0 if NULL
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param invalidationReason why the slot was invalidated (PostgreSQL 17 and later)
 * @param activePid process that uses the slot, 0 if none
 */
public record SlotStatus(
    String name,
    String plugin,
    String database,
    long confirmedFlushLsn,
    long restartLsn,
    String walStatus,
    String invalidationReason,
    int activePid) {
  /** Whether the slot can never be read again. */
  public boolean isLost() {
    return walStatus.equals("lost") || !invalidationReason.isEmpty();
  }
}
