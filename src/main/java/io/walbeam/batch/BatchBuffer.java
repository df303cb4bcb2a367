package io.walbeam.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The bytes of the batch under construction. Not thread-safe. */
final class BatchBuffer {
  /**
   * Size of a batch in bytes. With its object header it just fits 1 MiB, the region size of small
   * G1 heaps, where one byte more would cost a second region.
   */
  static final int CAPACITY = (1 << 20) - 64;

  /** A batch is full when so few bytes are left that the next change would rarely fit. */
  private static final int NEARLY_FULL = CAPACITY - (16 << 10);

  /** Bytes before each payload: LSN and length. */
  static final int ENTRY_HEADER = Long.BYTES + Integer.BYTES;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[CAPACITY];
  private int length;
  private int changes;
  private int firstIndex;
  private boolean begin;
  private long number;

  static int getInt(byte[] source, int offset) {
    return (int) INT.get(source, offset);
  }

  static long getLong(byte[] source, int offset) {
    return (long) LONG.get(source, offset);
  }

  /** Bytes so far. */
  int length() {
    return length;
  }

  /** Change messages so far. */
  int changes() {
    return changes;
  }

  /** Index of the first change message, 0 if there is none. */
  int firstIndex() {
    return firstIndex;
  }

  /** Tells this batch from every other of the same builder. */
  long number() {
    return number;
  }

  /** Whether the open transaction's Begin is in this batch. */
  boolean holdsBegin() {
    return begin;
  }

  void markBegin() {
    begin = true;
  }

  void forgetBegin() {
    begin = false;
  }

  boolean isFull() {
    return length >= NEARLY_FULL;
  }

  /** Whether an entry of that many bytes fits without growing. */
  boolean fits(int payload) {
    return length + ENTRY_HEADER + payload <= CAPACITY;
  }

  /** Counts the change message just appended, which has that index at its WAL position. */
  void countChange(int index) {
    if (changes++ == 0) {
      firstIndex = index;
    }
  }

  void append(long lsn, byte[] source, int offset, int count) {
    int at = length;
    int end = at + ENTRY_HEADER + count;
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, CAPACITY));
    }
    LONG.set(bytes, at, lsn);
    INT.set(bytes, at + Long.BYTES, count);
    System.arraycopy(source, offset, bytes, at + ENTRY_HEADER, count);
    length = end;
  }

  /** Hands the bytes over and starts the next batch. A small batch gets an array of its size. */
  byte[] take() {
    byte[] taken;
    if (length >= CAPACITY / 2) {
      taken = bytes;
      bytes = new byte[CAPACITY];
    } else {
      taken = Arrays.copyOf(bytes, length);
    }
    length = 0;
    changes = 0;
    firstIndex = 0;
    begin = false;
    number++;
    return taken;
  }
}
