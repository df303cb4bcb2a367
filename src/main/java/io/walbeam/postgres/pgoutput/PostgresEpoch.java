package io.walbeam.postgres.pgoutput;

/** PostgreSQL counts microseconds from 2000-01-01 00:00 UTC. */
public final class PostgresEpoch {
  /** From the Unix epoch to PostgreSQL's, microseconds. */
  private static final long MICROS = 946_684_800_000_000L;

  private PostgresEpoch() {}

  /** Microseconds since the Unix epoch. */
  public static long toUnixMicros(long postgresMicros) {
    return postgresMicros + MICROS;
  }

  /** Microseconds since PostgreSQL's epoch. */
  public static long ofUnixMicros(long unixMicros) {
    return unixMicros - MICROS;
  }
}
