package io.walbeam.change;

/** The longest row that is written, and so the longest value that is worth reading. */
public final class RowLimit {
  /**
   * Bytes of an encoded row: 10 MB (BigQuery documentation, "Quotas and limits", Storage Write
   * API), less room for the request around it.
   */
  public static final int BYTES = 9_900_000;

  private RowLimit() {}
}
