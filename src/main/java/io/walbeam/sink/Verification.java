package io.walbeam.sink;

import io.walbeam.change.TableId;

/**
 * What a comparison of one table with its source found: one row of {@code _walbeam_verifications}.
 *
 * @param atMicros when it ended, microseconds since the Unix epoch
 * @param untilMicros commit time up to which the tables were complete then; 0 if not known
 * @param rows that the source had
 * @param missing keys that the destination lacks
 * @param extra keys that the source lacks
 * @param changed keys whose rows differ
 * @param undecided keys that kept changing, or that the run had not reached
 * @param unknown rows that an older version wrote, without a fingerprint
 */
public record Verification(
    String slot,
    TableId table,
    long atMicros,
    long untilMicros,
    long rows,
    long missing,
    long extra,
    long changed,
    long undecided,
    long unknown) {
  /** Whether every row was compared and is the same. */
  public boolean isEqual() {
    return missing + extra + changed + undecided + unknown == 0;
  }

  /** Keys that differ. */
  public long differing() {
    return missing + extra + changed;
  }
}
