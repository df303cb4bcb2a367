package io.walbeam.row;

import io.walbeam.change.Tuple;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers the keys among the rows of one table in one batch, so that of each key one image need be
 * written only.
 *
 * <p>Keys are compared by PostgreSQL's text; two texts of one key (1.0 and 1.00) count as two keys,
 * which costs a row and nothing else, as positions decide. A hash table without an object per row;
 * after {@link #clear} it has the room that it had. Not thread-safe.
 */
public final class LatestByKey {
  /** Returned by {@link #put} for a key that was not there yet. */
  public static final int NONE = -1;

  /** Slots at first; a power of two. Most tables have few rows in a bundle. */
  private static final int CAPACITY = 64;

  /** A table of which less than this part is used is emptied key by key. */
  private static final int SPARSE = 16;

  /** The golden ratio as a fraction of 2^64, an odd number: spreads what it is multiplied with. */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  /** The order of bytes that costs nothing where this runs; another one would hash as well. */
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private int[] slots = new int[CAPACITY];
  private int[] hashes = new int[CAPACITY / 2];
  private int[] keyEnds = new int[CAPACITY / 2];
  private byte[] keys = new byte[CAPACITY * 8];
  private int size;

  /** Forgets all keys. */
  public void clear() {
    if (size < slots.length / SPARSE) {
      // The last first: what was put after a key may stand where its search would pass.
      for (int entry = size - 1; entry >= 0; entry--) {
        slots[slotOf(entry)] = 0;
      }
    } else {
      Arrays.fill(slots, 0);
    }
    size = 0;
  }

  private int slotOf(int entry) {
    int mask = slots.length - 1;
    int slot = hashes[entry] & mask;
    while (slots[slot] != entry + 1) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Number of keys. */
  public int size() {
    return size;
  }

  /**
   * Notes a key; one that was not there yet gets the next number, from 0.
   *
   * <p>Call it after the row was encoded: a rejected row must not supersede a good one.
   *
   * @param tuple the new image of an upsert, the old one of a delete
   * @return the number that the key has already, or {@link #NONE} if it was not there
   */
  public int put(KeyColumns key, Tuple tuple) {
    int start = size == 0 ? 0 : keyEnds[size - 1];
    int end = appendKey(key.positions(), tuple, start);
    int hash = hash(start, end);
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != 0) {
      int entry = slots[slot] - 1;
      if (hashes[entry] == hash && isKey(entry, start, end)) {
        return entry;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = size + 1;
    hashes[size] = hash;
    keyEnds[size] = end;
    size++;
    if (size * 2 == slots.length) {
      grow();
    }
    return NONE;
  }

  private boolean isKey(int entry, int start, int end) {
    int entryStart = entry == 0 ? 0 : keyEnds[entry - 1];
    return Arrays.equals(keys, entryStart, keyEnds[entry], keys, start, end);
  }

  /** Each column as its kind, its length and its text, so that no two keys look alike. */
  private int appendKey(List<Integer> positions, Tuple tuple, int start) {
    int end = start;
    for (int i = 0; i < positions.size(); i++) {
      int column = positions.get(i);
      int length = tuple.length(column);
      if (keys.length - end < length + 5) {
        keys = Arrays.copyOf(keys, Math.max(keys.length * 2, end + length + 5));
      }
      keys[end++] = (byte) (tuple.kind(column) == Tuple.Kind.TEXT ? 1 : 0);
      keys[end++] = (byte) (length >>> 24);
      keys[end++] = (byte) (length >>> 16);
      keys[end++] = (byte) (length >>> 8);
      keys[end++] = (byte) length;
      System.arraycopy(tuple.bytes(), tuple.offset(column), keys, end, length);
      end += length;
    }
    return end;
  }

  /** Eight bytes at a time; the last eight may overlap those before them. */
  private int hash(int start, int end) {
    long hash = (long) end - start;
    int at = start;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      hash = mixed(hash, (long) INT64.get(keys, at));
    }
    if (at < end && end - start >= Long.BYTES) {
      hash = mixed(hash, (long) INT64.get(keys, end - Long.BYTES));
    } else {
      for (; at < end; at++) {
        hash = mixed(hash, keys[at]);
      }
    }
    // The upper half depends on every bit, the lower one does not.
    return (int) ((hash * SPREAD) >>> Integer.SIZE);
  }

  private static long mixed(long hash, long next) {
    long product = (hash ^ next) * SPREAD;
    return product ^ (product >>> Integer.SIZE);
  }

  private void grow() {
    int capacity = slots.length * 2;
    hashes = Arrays.copyOf(hashes, capacity / 2);
    keyEnds = Arrays.copyOf(keyEnds, capacity / 2);
    slots = new int[capacity];
    for (int entry = 0; entry < size; entry++) {
      int slot = hashes[entry] & (capacity - 1);
      while (slots[slot] != 0) {
        slot = (slot + 1) & (capacity - 1);
      }
      slots[slot] = entry + 1;
    }
  }
}
