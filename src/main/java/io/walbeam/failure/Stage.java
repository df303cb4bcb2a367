package io.walbeam.failure;

import java.util.Locale;

/** Where on its way a change was refused. The labels are in the dead-letter table and stay. */
public enum Stage {
  /** While the plugin's message was read. */
  DECODE,
  /** While a value was turned into one that BigQuery has. */
  MAP,
  /** While a value was looked up at the source that the stream left out. */
  READ_BACK,
  /** By BigQuery. */
  APPEND,
  /** While a truncation was to be applied. */
  TRUNCATE;

  /** The stable name: lower case with underscores. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
