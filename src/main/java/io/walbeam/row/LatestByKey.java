package io.walbeam.row;

import io.walbeam.change.Tuple;
import java.util.Arrays;
import java.util.List;

/**
 * Finds, among the rows of one table in one batch, the last image of each key, so that the images
 * before it need not be written.
 *
 * <p>Keys are compared by PostgreSQL's text; two texts of one key (1.0 and 1.00) count as two keys,
 * which costs a row and nothing else, as positions decide. A hash table without an object per row.
 * Not thread-safe.
 */
public final class LatestByKey {
  /** Returned by {@link #put} for a key that was not there yet. */
  public static final int NONE = -1;

  /** Slots at first; a power of two. */
  private static final int CAPACITY = 1024;

  private int[] slots = new int[CAPACITY];
  private int[] hashes = new int[CAPACITY / 2];
  private int[] keyEnds = new int[CAPACITY / 2];
  private int[] rows = new int[CAPACITY / 2];
  private byte[] keys = new byte[CAPACITY * 8];
  private int size;

  /** Forgets all rows. */
  public void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }

  /** Number of keys. */
  public int size() {
    return size;
  }

  /**
   * Notes that {@code row} is the latest image of the key in {@code tuple}.
   *
   * <p>Call it after the row was encoded: a rejected row must not supersede a good one.
   *
   * @param tuple the new image of an upsert, the old one of a delete
   * @param row any number from 0, to be returned when it is superseded
   * @return the row that is superseded, or {@link #NONE}
   */
  public int put(KeyColumns key, Tuple tuple, int row) {
    int start = size == 0 ? 0 : keyEnds[size - 1];
    int end = appendKey(key.positions(), tuple, start);
    int hash = hash(start, end);
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != 0) {
      int entry = slots[slot] - 1;
      if (hashes[entry] == hash && isKey(entry, start, end)) {
        int superseded = rows[entry];
        rows[entry] = row;
        return superseded;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = size + 1;
    hashes[size] = hash;
    keyEnds[size] = end;
    rows[size] = row;
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

  private int hash(int start, int end) {
    int hash = 1;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + keys[i];
    }
    // Spreads the low bits: keys that count up would fill the table in runs.
    hash *= 0x9E37_79B9;
    return hash ^ (hash >>> 16);
  }

  private void grow() {
    int capacity = slots.length * 2;
    hashes = Arrays.copyOf(hashes, capacity / 2);
    keyEnds = Arrays.copyOf(keyEnds, capacity / 2);
    rows = Arrays.copyOf(rows, capacity / 2);
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
