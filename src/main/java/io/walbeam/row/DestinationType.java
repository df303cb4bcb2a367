package io.walbeam.row;

/**
 * A BigQuery column type and the protobuf type that carries it. The names are BigQuery's.
 *
 * <p>Source: BigQuery documentation, "Supported protocol buffer and Arrow data types".
 */
public enum DestinationType {
  /** {@code bool}. */
  BOOL,
  /** {@code int64}. */
  INT64,
  /** {@code double}, with NaN and infinities. */
  FLOAT64,
  /** {@code string} of plain decimal digits: at most 29 before and 9 after the point. */
  NUMERIC(38, 9),
  /** {@code string} of plain decimal digits: at most 38 after the point. */
  BIGNUMERIC(77, 38),
  /** {@code string}. */
  STRING,
  /** {@code bytes}. */
  BYTES,
  /** {@code int32}, days since 1970-01-01, years 1 to 9999. */
  DATE,
  /** {@code string}, {@code HH:MM:SS[.ffffff]}. */
  TIME,
  /** {@code string}, {@code YYYY-MM-DD HH:MM:SS[.ffffff]}, years 1 to 9999. */
  DATETIME,
  /** {@code int64}, microseconds since 1970-01-01 UTC, years 1 to 9999. */
  TIMESTAMP,
  /** {@code string} of JSON text. */
  JSON,
  /** A message of its own. */
  STRUCT;

  private final int digits;
  private final int scale;

  DestinationType() {
    this(0, 0);
  }

  DestinationType(int digits, int scale) {
    this.digits = digits;
    this.scale = scale;
  }

  /**
   * Digits that a decimal type may have, before and behind the point together; of the numbers with
   * so many BIGNUMERIC has only a part. Source: BigQuery documentation, "Decimal types".
   */
  public int digits() {
    return digits;
  }

  /** Digits that a decimal type may have behind the point. */
  public int scale() {
    return scale;
  }
}
