package io.walbeam.row;

import java.nio.charset.StandardCharsets;

/** A 64-bit hash of the texts of one column. Immutable and thread-safe. */
public final class TextHash {
  private final long seed;

  /**
   * @param column its name, so that equal values of two columns have different hashes
   */
  public TextHash(String column) {
    byte[] name = column.getBytes(StandardCharsets.UTF_8);
    this.seed = RowFingerprint.xxh64(name, 0, name.length, 0);
  }

  public long of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return RowFingerprint.xxh64(bytes, 0, bytes.length, seed);
  }
}
