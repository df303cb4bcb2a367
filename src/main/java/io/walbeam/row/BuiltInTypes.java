package io.walbeam.row;

import java.util.Map;

/**
 * Names of built-in types, whose object identifiers are the same on every server (PostgreSQL
 * source, {@code pg_type.dat}). Only those that a mapping or a description names.
 */
final class BuiltInTypes {
  static final int NUMERIC = 1700;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(16, "bool"),
          Map.entry(17, "bytea"),
          Map.entry(18, "char"),
          Map.entry(19, "name"),
          Map.entry(20, "int8"),
          Map.entry(21, "int2"),
          Map.entry(23, "int4"),
          Map.entry(25, "text"),
          Map.entry(26, "oid"),
          Map.entry(114, "json"),
          Map.entry(142, "xml"),
          Map.entry(600, "point"),
          Map.entry(650, "cidr"),
          Map.entry(700, "float4"),
          Map.entry(701, "float8"),
          Map.entry(790, "money"),
          Map.entry(829, "macaddr"),
          Map.entry(869, "inet"),
          Map.entry(1000, "_bool"),
          Map.entry(1005, "_int2"),
          Map.entry(1007, "_int4"),
          Map.entry(1009, "_text"),
          Map.entry(1015, "_varchar"),
          Map.entry(1016, "_int8"),
          Map.entry(1022, "_float8"),
          Map.entry(1042, "bpchar"),
          Map.entry(1043, "varchar"),
          Map.entry(1082, "date"),
          Map.entry(1083, "time"),
          Map.entry(1114, "timestamp"),
          Map.entry(1184, "timestamptz"),
          Map.entry(1186, "interval"),
          Map.entry(1231, "_numeric"),
          Map.entry(1266, "timetz"),
          Map.entry(1560, "bit"),
          Map.entry(1562, "varbit"),
          Map.entry(NUMERIC, "numeric"),
          Map.entry(2950, "uuid"),
          Map.entry(2951, "_uuid"),
          Map.entry(3614, "tsvector"),
          Map.entry(3802, "jsonb"),
          Map.entry(3904, "int4range"),
          Map.entry(3910, "tstzrange"));

  private BuiltInTypes() {}

  /** The type's name, empty if it is not known here. */
  static String name(int oid) {
    return NAMES.getOrDefault(oid, "");
  }
}
