package io.walbeam.row;

/** How arrays, ranges, composites and hstores are written. */
public enum StructureMode {
  /** As JSON. */
  JSON,
  /** Arrays as REPEATED columns, arrays of arrays and everything else as JSON. */
  REPEATED,
  /** As PostgreSQL's text. */
  TEXT
}
