package io.walbeam.change;

/** A table's schema and name as PostgreSQL stores them: unquoted, any characters, any case. */
public record TableId(String schema, String name) {
  /** Both parts as quoted SQL identifiers. */
  public String quoted() {
    return quote(schema) + "." + quote(name);
  }

  /** Quotes one identifier for SQL. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  @Override
  public String toString() {
    return schema + "." + name;
  }
}
