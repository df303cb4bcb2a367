package io.walbeam.sink;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;

/**
 * How many rows there are, and the exclusive or of their fingerprints, by the lowest bits of the
 * fingerprint: two tables of the same rows have the same, in whatever order they are read. Twelve
 * bytes a bucket, however many rows. Not thread-safe.
 */
public final class RowBuckets {
  /** Of which anybody has made use; 200 MB. */
  private static final int LARGEST = 1 << 24;

  private final long[] xors;
  private final int[] counts;
  private long rows;

  /**
   * @param size a power of two
   */
  public RowBuckets(int size) {
    if (Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("the number of buckets is a power of two");
    }
    xors = new long[size];
    counts = new int[size];
  }

  public int size() {
    return xors.length;
  }

  /** Rows in all buckets. */
  public long rows() {
    return rows;
  }

  /** The bucket of a row. */
  public int of(long fingerprint) {
    return (int) (fingerprint & (xors.length - 1));
  }

  /** Counts one row. */
  public void add(long fingerprint) {
    add(of(fingerprint), 1, fingerprint);
  }

  /** Counts the rows of a bucket, of which the exclusive or is known. */
  public void add(int bucket, int count, long xor) {
    xors[bucket] ^= xor;
    counts[bucket] += count;
    rows += count;
  }

  /** The buckets that are not the same here and in {@code others}. */
  public BitSet differing(RowBuckets others) {
    BitSet differing = new BitSet();
    for (int i = 0; i < xors.length; i++) {
      if (xors[i] != others.xors[i] || counts[i] != others.counts[i]) {
        differing.set(i);
      }
    }
    return differing;
  }

  /** Writes them, so that {@link #read} makes the same of it. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(xors.length);
    for (int i = 0; i < xors.length; i++) {
      out.writeInt(counts[i]);
      out.writeLong(xors[i]);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it did not
   */
  public static RowBuckets read(DataInput in) throws IOException {
    int size = in.readInt();
    if (size < 1 || size > LARGEST) {
      throw new IllegalArgumentException("there are no buckets");
    }
    RowBuckets buckets = new RowBuckets(size);
    for (int i = 0; i < size; i++) {
      buckets.add(i, in.readInt(), in.readLong());
    }
    return buckets;
  }

  /** Rows in some buckets. */
  public long rows(BitSet buckets) {
    return buckets.stream().mapToLong(bucket -> counts[bucket]).sum();
  }
}
