package io.walbeam.options;

/**
 * One option as somebody gave it.
 *
 * @param name without dashes
 * @param value empty for a flag that stands alone
 * @param origin empty for the command line; otherwise where it comes from, for messages
 */
record GivenOption(String name, String value, boolean alone, String origin) {
  /** As Beam reads it. */
  String argument() {
    return alone ? "--" + name : "--" + name + "=" + value;
  }

  /** For messages; never the value, which may be a secret. */
  String describe() {
    return origin.isEmpty() ? "--" + name : "--" + name + " (from " + origin + ")";
  }
}
