package io.walbeam.row;

import io.walbeam.change.Tuple;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A number by which two images of a row are told apart: the sum modulo 2^64, over its columns that
 * are not NULL, of a hash of the column's name and PostgreSQL's text. Neither the order of columns
 * nor an added column that is NULL changes it. Immutable and thread-safe; allocates nothing.
 *
 * <p>The hash is XXH64 of the text, with XXH64 of the name as its seed (xxHash, "XXH64 algorithm
 * description"). It is stored in every row, so it may never change.
 */
public final class RowFingerprint {
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  /** Bytes that are taken at once. */
  private static final int STRIPE = 32;

  private final long[] seeds;

  /**
   * @param columns names in PostgreSQL, in the order of the tuples
   */
  public RowFingerprint(List<String> columns) {
    seeds =
        columns.stream()
            .map(name -> name.getBytes(StandardCharsets.UTF_8))
            .mapToLong(name -> xxh64(name, 0, name.length, 0))
            .toArray();
  }

  /** The fingerprint of a row that has every column. */
  public long of(Tuple row) {
    long sum = 0;
    for (int i = 0; i < seeds.length; i++) {
      if (row.kind(i) == Tuple.Kind.TEXT) {
        sum += xxh64(row.bytes(), row.offset(i), row.length(i), seeds[i]);
      }
    }
    return sum;
  }

  static long xxh64(byte[] bytes, int offset, int length, long seed) {
    int at = offset;
    int end = offset + length;
    long hash;
    if (length >= STRIPE) {
      long v1 = seed + PRIME_1 + PRIME_2;
      long v2 = seed + PRIME_2;
      long v3 = seed;
      long v4 = seed - PRIME_1;
      for (; at <= end - STRIPE; at += STRIPE) {
        v1 = round(v1, (long) INT64.get(bytes, at));
        v2 = round(v2, (long) INT64.get(bytes, at + 8));
        v3 = round(v3, (long) INT64.get(bytes, at + 16));
        v4 = round(v4, (long) INT64.get(bytes, at + 24));
      }
      hash =
          Long.rotateLeft(v1, 1)
              + Long.rotateLeft(v2, 7)
              + Long.rotateLeft(v3, 12)
              + Long.rotateLeft(v4, 18);
      hash = merge(merge(merge(merge(hash, v1), v2), v3), v4);
    } else {
      hash = seed + PRIME_5;
    }
    hash += length;
    for (; at <= end - 8; at += 8) {
      hash = Long.rotateLeft(hash ^ round(0, (long) INT64.get(bytes, at)), 27) * PRIME_1 + PRIME_4;
    }
    if (at <= end - 4) {
      hash ^= ((int) INT32.get(bytes, at) & 0xFFFF_FFFFL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      hash = Long.rotateLeft(hash ^ ((bytes[at] & 0xFF) * PRIME_5), 11) * PRIME_1;
    }
    hash = (hash ^ (hash >>> 33)) * PRIME_2;
    hash = (hash ^ (hash >>> 29)) * PRIME_3;
    return hash ^ (hash >>> 32);
  }

  private static long round(long sum, long input) {
    return Long.rotateLeft(sum + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long sum) {
    return (hash ^ round(0, sum)) * PRIME_1 + PRIME_4;
  }
}
