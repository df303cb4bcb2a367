package io.walbeam.change;

/**
 * The name of a type that is not built in, as the replication stream announces it.
 *
 * <p>For a domain, {@code schema} and {@code name} are those of its base type (PostgreSQL source,
 * {@code logicalrep_write_typ}).
 *
 * @param oid object identifier of the type, unsigned 32 bits
 * @param schema {@code pg_catalog} for built-in types
 */
public record TypeName(int oid, String schema, String name) {
  /** The schema of built-in types; the stream sends it as an empty string. */
  public static final String BUILT_IN_SCHEMA = "pg_catalog";

  /** Whether the (base) type is built in, so that its name alone says what it is. */
  public boolean builtIn() {
    return schema.equals(BUILT_IN_SCHEMA);
  }
}
