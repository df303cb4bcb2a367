package io.walbeam.batch;

/**
 * Which of the consecutive changes of a transaction that share a WAL position a change is: the rows
 * of one multi-insert do. Counted by the writer over the stream and by the reader over a batch,
 * with the same result. Not thread-safe.
 */
public final class ChangeIndex {
  private boolean goesOn;
  private boolean counted;
  private long lsn;
  private int index;

  /** A transaction begins: nothing before it shares a position with its changes. */
  public void begin() {
    counted = false;
  }

  /**
   * A batch begins, maybe inside a transaction.
   *
   * @param first index of the first change that comes, in whichever transaction
   */
  public void goOnAt(int first) {
    goesOn = true;
    index = first;
  }

  /** Counts the change at {@code changeLsn}; returns its index. */
  public int next(long changeLsn) {
    if (goesOn) {
      goesOn = false;
    } else {
      index = counted && changeLsn == lsn ? index + 1 : 0;
    }
    counted = true;
    lsn = changeLsn;
    return index;
  }

  /** Index of the change counted last. */
  public int current() {
    return index;
  }

  /** WAL position of the change counted last. */
  public long lsn() {
    return lsn;
  }

  /**
   * The last section of a row's position.
   *
   * @param index of the change
   * @param half 1 for the second mutation of a change of the key, else 0
   */
  public static long n(int index, int half) {
    return 2L * index + half;
  }

  /** Which mutation of its change a row is, by the last section of its position; see {@link #n}. */
  public static int half(long n) {
    return (int) (n & 1);
  }
}
