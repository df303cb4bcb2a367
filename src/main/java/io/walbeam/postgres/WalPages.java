package io.walbeam.postgres;

/**
 * Where records end on the pages of the WAL (PostgreSQL source, {@code xlog_internal.h}, {@code
 * XLogBytePosToRecPtr}). Pure.
 */
final class WalPages {
  /** Header of the first page of a segment file, bytes. */
  static final int LONG_HEADER = 40;

  /** Header of every other page, bytes. */
  static final int SHORT_HEADER = 24;

  private WalPages() {}

  /**
   * Where the last record ends, if the next one would begin at {@code next}: the insert position of
   * the server is behind a page's header though the page has nothing yet, and an idle server, for
   * example after a segment switch, does not write that header either.
   *
   * @param segmentBytes size of a segment file
   * @param blockBytes size of a page
   */
  static long endOfLastRecord(long next, long segmentBytes, long blockBytes) {
    if (Long.remainderUnsigned(next, segmentBytes) == LONG_HEADER) {
      return next - LONG_HEADER;
    }
    // On a segment's first page this would be inside the longer header, where nothing begins.
    return Long.remainderUnsigned(next, blockBytes) == SHORT_HEADER ? next - SHORT_HEADER : next;
  }
}
