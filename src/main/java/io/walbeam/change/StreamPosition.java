package io.walbeam.change;

/**
 * A place between two messages of the replication stream, in stream (commit) order.
 *
 * <p>The form is canonical: two readers that cut the stream differently name the same place alike.
 *
 * <ul>
 *   <li>{@code (lsn, 0)}: every transaction that ends (its {@code end_lsn}) at or before {@code
 *       lsn} is behind this place, everything else ahead.
 *   <li>{@code (commitLsn, n)} with {@code n >= 1}: inside the transaction whose commit record
 *       starts at {@code commitLsn}; its first {@code n} change messages are behind.
 * </ul>
 *
 * <p>A commit record may start exactly where the previous one ended; {@code n} tells the two apart:
 * (end of first, 0) &lt; (commit of second, 1) &lt; (end of second, 0).
 *
 * @param lsn unsigned
 * @param n number of change messages (insert, update, delete, truncate, logical message) of the
 *     open transaction, counted before any client-side filter
 */
public record StreamPosition(long lsn, long n) implements Comparable<StreamPosition> {
  public StreamPosition {
    if (n < 0) {
      throw new IllegalArgumentException("n counts messages and is not negative");
    }
  }

  /** The place right after everything that ends at or before {@code lsn}. */
  public static StreamPosition at(long lsn) {
    return new StreamPosition(lsn, 0);
  }

  /** Whether this place is inside a transaction. */
  public boolean insideTransaction() {
    return n > 0;
  }

  /** The later of this place and {@code other}. */
  public StreamPosition max(StreamPosition other) {
    return compareTo(other) >= 0 ? this : other;
  }

  @Override
  public int compareTo(StreamPosition other) {
    int order = Long.compareUnsigned(lsn, other.lsn);
    return order != 0 ? order : Long.compare(n, other.n);
  }

  @Override
  public String toString() {
    return n == 0 ? Lsn.format(lsn) : Lsn.format(lsn) + "+" + n;
  }
}
