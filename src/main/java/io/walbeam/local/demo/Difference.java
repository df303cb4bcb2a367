package io.walbeam.local.demo;

import java.util.Locale;

/**
 * One thing that is not the same on both sides.
 *
 * @param key the row's key as {@code column=value, ...}; empty if the whole table differs
 * @param detail column names and both values, or what is wrong with the table
 */
public record Difference(Kind kind, String key, String detail) {
  /** What is not the same. */
  public enum Kind {
    /** The source has rows and the destination has no such table. */
    NO_TABLE,
    /** The destination's table lacks a column. */
    NO_COLUMN,
    /** The source has the row, the destination has not. */
    MISSING,
    /** The destination has the row, the source has not. */
    EXTRA,
    /** The destination has the key more than once. */
    DUPLICATE,
    /** Both have the row, with other values. */
    DIFFERENT;

    /** The name in words. */
    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  @Override
  public String toString() {
    return (kind.text() + " " + key + " " + detail).replaceAll(" +", " ").trim();
  }
}
