package io.walbeam.local.standin.store;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The BigQuery column types that the stand-in knows, with the DuckDB type behind each. */
public enum ColumnType {
  INT64("INTEGER", "BIGINT"),
  FLOAT64("FLOAT", "DOUBLE"),
  BOOL("BOOLEAN", "BOOLEAN"),
  STRING("STRING", "VARCHAR"),
  BYTES("BYTES", "BLOB"),
  DATE("DATE", "DATE"),
  TIME("TIME", "TIME"),
  DATETIME("DATETIME", "TIMESTAMP"),
  TIMESTAMP("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
  NUMERIC("NUMERIC", "DECIMAL(38,9)"),
  /** 76 digits do not fit a DuckDB decimal: kept as canonical text, so SQL compares it as text. */
  BIGNUMERIC("BIGNUMERIC", "VARCHAR"),
  JSON("JSON", "JSON"),
  /** Kept as the text that arrived; no geography functions. */
  GEOGRAPHY("GEOGRAPHY", "VARCHAR"),
  RECORD("RECORD", "STRUCT");

  private static final Set<ColumnType> KEYS =
      Set.of(INT64, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, NUMERIC, BIGNUMERIC);
  private static final Set<ColumnType> CLUSTERING =
      Set.of(INT64, BOOL, STRING, DATE, DATETIME, TIMESTAMP, NUMERIC, BIGNUMERIC, GEOGRAPHY);

  private final String restName;
  private final String duckName;

  ColumnType(String restName, String duckName) {
    this.restName = restName;
    this.duckName = duckName;
  }

  /** The name BigQuery's REST interface answers with, for instance {@code INTEGER} for INT64. */
  public String restName() {
    return restName;
  }

  public String duckName() {
    return duckName;
  }

  /** Whether a primary key may hold this type (documentation "Primary and foreign keys"). */
  boolean mayBeKey() {
    return KEYS.contains(this);
  }

  /** Whether a table may be clustered on this type (documentation "Clustered tables"). */
  boolean mayCluster() {
    return CLUSTERING.contains(this);
  }

  /** Reads either spelling of a type name, null if there is no such type here. */
  public static @Nullable ColumnType parse(String name) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "INTEGER", "INT64" -> INT64;
      case "FLOAT", "FLOAT64" -> FLOAT64;
      case "BOOLEAN", "BOOL" -> BOOL;
      case "STRING" -> STRING;
      case "BYTES" -> BYTES;
      case "DATE" -> DATE;
      case "TIME" -> TIME;
      case "DATETIME" -> DATETIME;
      case "TIMESTAMP" -> TIMESTAMP;
      case "NUMERIC", "DECIMAL" -> NUMERIC;
      case "BIGNUMERIC", "BIGDECIMAL" -> BIGNUMERIC;
      case "JSON" -> JSON;
      case "GEOGRAPHY" -> GEOGRAPHY;
      case "RECORD", "STRUCT" -> RECORD;
      default -> null;
    };
  }
}
