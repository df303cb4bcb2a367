package io.walbeam.local.standin.store;

/**
 * One decoded row.
 *
 * @param columns how many of the values are columns
 * @param values one per column of the table definition it was decoded for; a Java null is NULL. By
 *     type: Long (INT64; TIME, DATETIME and TIMESTAMP in microseconds), Integer (DATE in epoch
 *     days), Double, Boolean, String (STRING, JSON, GEOGRAPHY, BIGNUMERIC), byte[], BigDecimal of
 *     scale 9 (NUMERIC), Object[] (RECORD), List (REPEATED)
 */
public record Row(Kind kind, SequenceNumber position, Object[] values, int columns) {
  public enum Kind {
    /** A row without a change type. */
    PLAIN,
    UPSERT,
    DELETE
  }
}
