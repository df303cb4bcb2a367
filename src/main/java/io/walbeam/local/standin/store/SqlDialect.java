package io.walbeam.local.standin.store;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** The words in which GoogleSQL and DuckDB's SQL differ. Words are given in upper case. */
public final class SqlDialect {
  private static final Set<String> NOT_AN_ALIAS =
      Set.of(
          "WHERE",
          "GROUP",
          "ORDER",
          "LIMIT",
          "JOIN",
          "INNER",
          "LEFT",
          "RIGHT",
          "FULL",
          "CROSS",
          "ON",
          "USING",
          "HAVING",
          "QUALIFY",
          "WINDOW",
          "UNION",
          "INTERSECT",
          "EXCEPT",
          "FOR",
          "TABLESAMPLE",
          "SET",
          "WHEN",
          "OFFSET",
          "WITH",
          "NATURAL",
          "FETCH",
          "PIVOT",
          "UNPIVOT");
  private static final Set<String> FROM_ENDS =
      Set.of(
          "WHERE",
          "GROUP",
          "ORDER",
          "LIMIT",
          "HAVING",
          "QUALIFY",
          "WINDOW",
          "UNION",
          "INTERSECT",
          "SELECT",
          "SET");
  private static final Set<String> FROM_FUNCTIONS =
      Set.of("EXTRACT", "TRIM", "SUBSTRING", "OVERLAY");

  /** Reserved in DuckDB but ordinary names in GoogleSQL. */
  private static final Set<String> ONLY_DUCK_RESERVED =
      Set.of(
          "ANALYSE",
          "ANALYZE",
          "ASYMMETRIC",
          "AT",
          "BOTH",
          "CHECK",
          "COLUMN",
          "CONSTRAINT",
          "DEFERRABLE",
          "DESCRIBE",
          "DO",
          "FOREIGN",
          "INITIALLY",
          "LAMBDA",
          "LEADING",
          "ONLY",
          "PLACING",
          "PRIMARY",
          "REFERENCES",
          "RETURNING",
          "SHOW",
          "SUMMARIZE",
          "SYMMETRIC",
          "TABLE",
          "TRAILING",
          "UNIQUE",
          "VARIADIC");

  private static final Map<String, String> TYPES =
      Map.of(
          "INT64", "BIGINT",
          "FLOAT64", "DOUBLE",
          "STRING", "VARCHAR",
          "BYTES", "BLOB",
          "BOOL", "BOOLEAN",
          "TIMESTAMP", "TIMESTAMP WITH TIME ZONE",
          "DATETIME", "TIMESTAMP",
          "NUMERIC", "DECIMAL(38,9)",
          "BIGNUMERIC", "DECIMAL(38,9)");

  /** Types that may stand before a string, as in {@code DATE '2026-01-02'}. */
  private static final Set<String> TYPED_LITERALS =
      Set.of("TIMESTAMP", "DATETIME", "NUMERIC", "BIGNUMERIC", "DATE", "TIME", "JSON");

  private static final Map<String, String> FUNCTIONS =
      Map.of(
          "SAFE_CAST", "TRY_CAST",
          "OFFSET", "wb_offset",
          "ORDINAL", "wb_ordinal",
          "TIMESTAMP", "wb_timestamp",
          "DATETIME", "wb_datetime",
          "DATE", "wb_date",
          "FORMAT_TIMESTAMP", "wb_format_timestamp",
          "IF", "wb_if",
          "TO_BASE64", "to_base64",
          "FROM_BASE64", "from_base64");
  private static final Map<String, String> NILADIC =
      Map.of(
          "CURRENT_TIMESTAMP", "now()",
          "CURRENT_DATE", "current_date",
          "CURRENT_DATETIME", "CAST(now() AS TIMESTAMP)",
          "GENERATE_UUID", "CAST(uuid() AS VARCHAR)");

  private SqlDialect() {}

  /** Whether the word goes on with the query, so that it is no alias of the table before it. */
  public static boolean endsTableReference(String word) {
    return NOT_AN_ALIAS.contains(word);
  }

  /** Whether the word ends the list of tables after FROM. */
  public static boolean endsFrom(String word) {
    return FROM_ENDS.contains(word);
  }

  /** Whether FROM inside the function's parentheses names no table. */
  public static boolean isFunctionWithFrom(String function) {
    return FROM_FUNCTIONS.contains(function);
  }

  public static boolean isReservedByDuckOnly(String word) {
    return ONLY_DUCK_RESERVED.contains(word);
  }

  public static boolean isType(String word) {
    return TYPES.containsKey(word);
  }

  /** DuckDB's name of a type, the word itself if it is the same. */
  public static String type(String word) {
    return TYPES.getOrDefault(word, word);
  }

  public static boolean isTypedLiteral(String word) {
    return TYPED_LITERALS.contains(word);
  }

  public static boolean isRenamed(String function) {
    return FUNCTIONS.containsKey(function);
  }

  /** DuckDB's name of a function, or that of a macro in {@link SqlMacros}. */
  public static String function(String function) {
    return FUNCTIONS.getOrDefault(function, function);
  }

  public static boolean isNiladic(String function) {
    return NILADIC.containsKey(function);
  }

  /** What a function without arguments is, parentheses included. */
  public static String niladic(String function) {
    return NILADIC.getOrDefault(function, function);
  }

  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  public static String bytes(String latin1) {
    StringBuilder hex = new StringBuilder("from_hex('");
    for (byte b : latin1.getBytes(StandardCharsets.ISO_8859_1)) {
      hex.append(String.format("%02x", b));
    }
    return hex.append("')").toString();
  }
}
