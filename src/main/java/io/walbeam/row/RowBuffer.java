package io.walbeam.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where rows are encoded: an arena of blocks. Finished rows never move and are never written to
 * again; a row that is given up leaves no trace.
 *
 * <p>Not thread-safe; finished rows may be read by any thread they are handed to.
 */
public final class RowBuffer {
  /** Bytes of a block: below half a G1 region of a small heap, so that no block is humongous. */
  private static final int BLOCK = 256 << 10;

  /** Longest varint in bytes. */
  private static final int VARINT = 10;

  private static final VarHandle LITTLE_ENDIAN_INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] block = new byte[0];
  private int rowStart;
  private int position;

  /** Starts a row; gives up an unfinished one. */
  void beginRow() {
    position = rowStart;
  }

  /** Finishes the row. */
  EncodedRow endRow() {
    EncodedRow row = new EncodedRow(block, rowStart, position - rowStart);
    rowStart = position;
    return row;
  }

  /** Bytes of the row so far. */
  int rowLength() {
    return position - rowStart;
  }

  /** Gives up what was written to the row behind its first {@code length} bytes. */
  void cutTo(int length) {
    position = rowStart + length;
  }

  /** Makes spaces of the line breaks in the row behind its first {@code start} bytes. */
  void replaceLineBreaks(int start) {
    for (int i = rowStart + start; i < position; i++) {
      if (block[i] == '\n' || block[i] == '\r') {
        block[i] = ' ';
      }
    }
  }

  /** Gives up the row. */
  void rollBack() {
    position = rowStart;
  }

  /** Gives up the end of the row; see {@link #rowLength}. */
  void rollBackTo(int rowLength) {
    position = rowStart + rowLength;
  }

  void writeByte(int value) {
    reserve(1);
    block[position++] = (byte) value;
  }

  /** Writes a protobuf varint; negative numbers take ten bytes. */
  void writeVarint(long value) {
    reserve(VARINT);
    byte[] target = block;
    int p = position;
    while ((value & ~0x7FL) != 0) {
      target[p++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    target[p++] = (byte) value;
    position = p;
  }

  /** Writes a varint of the number with its sign in the last bit, as Avro has its numbers. */
  void writeZigZag(long value) {
    writeVarint((value << 1) ^ (value >> (Long.SIZE - 1)));
  }

  /** Takes back the varint that was written to the row behind its first {@code start} bytes. */
  long takeVarint(int start) {
    long value = 0;
    int shift = 0;
    for (int i = rowStart + start; i < position; i++, shift += 7) {
      value |= (block[i] & 0x7FL) << shift;
    }
    position = rowStart + start;
    return value;
  }

  /**
   * Makes of the length, a varint behind the row's first {@code start} bytes, its double: Avro's
   * varints have a sign.
   */
  void doubleLength(int start) {
    int first = rowStart + start;
    int bytes = first;
    long length = 0;
    int shift = 0;
    do {
      length |= (block[bytes] & 0x7FL) << shift;
      shift += 7;
    } while (block[bytes++] < 0);
    int header = 1;
    for (long rest = length >>> 6; rest != 0; rest >>>= 7) {
      header++;
    }
    reserve(VARINT);
    // What was written may have moved to another block.
    int moved = rowStart + start - first;
    System.arraycopy(
        block, bytes + moved, block, rowStart + start + header, position - bytes - moved);
    int end = rowStart + start + header + (int) length;
    position = rowStart + start;
    writeVarint(length << 1);
    position = end;
  }

  void writeFixed64(long value) {
    reserve(Long.BYTES);
    LITTLE_ENDIAN_INT64.set(block, position, value);
    position += Long.BYTES;
  }

  void writeBytes(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, block, position, length);
    position += length;
  }

  /** Writes the length as a varint, then the bytes. */
  void writeDelimited(byte[] source, int offset, int length) {
    writeVarint(length);
    writeBytes(source, offset, length);
  }

  /** Begins bytes whose length is known at their end only; returns where, for the end. */
  int beginDelimited() {
    return position - rowStart;
  }

  /** Puts the length of what was written since {@link #beginDelimited} before it, as a varint. */
  void endDelimited(int start) {
    int length = position - rowStart - start;
    int bytes = 1;
    for (int rest = length >>> 7; rest != 0; rest >>>= 7) {
      bytes++;
    }
    reserve(VARINT);
    int first = rowStart + start;
    System.arraycopy(block, first, block, first + bytes, length);
    position = first;
    writeVarint(length);
    position += length;
  }

  /**
   * Makes room for {@code length} more bytes, so that {@link #array} may be written from {@link
   * #position} on.
   */
  void reserve(int length) {
    if (length > block.length - position) {
      grow(length);
    }
  }

  byte[] array() {
    return block;
  }

  int position() {
    return position;
  }

  void position(int newPosition) {
    position = newPosition;
  }

  private void grow(int length) {
    int unfinished = position - rowStart;
    long needed = (long) unfinished + length;
    // Twice what an unfinished row needs, so that a long row is not copied once a column.
    long capacity = Math.max(BLOCK, Math.min(needed * 2, Integer.MAX_VALUE - 8L));
    if (needed > capacity) {
      throw new OutOfMemoryError("a row of more than 2 GiB");
    }
    byte[] next = new byte[(int) capacity];
    System.arraycopy(block, rowStart, next, 0, unfinished);
    block = next;
    rowStart = 0;
    position = unfinished;
  }
}
