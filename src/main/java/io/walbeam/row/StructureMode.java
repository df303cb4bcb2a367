package io.walbeam.row;

/** How arrays, ranges, composites and hstores are written. */
public enum StructureMode {
  /** As JSON. */
  JSON,
  /** As PostgreSQL's text. */
  TEXT
}
