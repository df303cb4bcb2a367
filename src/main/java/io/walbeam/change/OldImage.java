package io.walbeam.change;

/** How much of the old row a change carries. */
public enum OldImage {
  /** Nothing: the key did not change, or it is an insert. */
  NONE,
  /** The replica-identity columns; the stream sends NULL for all others, which means absent. */
  KEY,
  /** Every column (replica identity FULL); no value of it is ever unchanged-and-missing. */
  FULL
}
